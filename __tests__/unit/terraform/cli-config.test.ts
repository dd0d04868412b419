import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { terraformCliConfig, type CliConfigOptions } from "../../../src/terraform/cli-config";
import type { TerraformProgram } from "../../../src/terraform/program";

const platform = "linux_amd64";
let machine: string;

beforeEach(() => {
  machine = mkdtempSync(join(tmpdir(), "plue-cli-config-"));
  // A Terraform that warns about its configuration as the real one does about a broken file.
  const program = [
    "#!/bin/sh",
    'grep -q broken "$TF_CLI_CONFIG_FILE" && echo "problems with the CLI configuration" >&2',
    "exit 0",
  ];
  mkdirSync(join(machine, "bin"));
  writeFileSync(join(machine, "bin", "terraform"), program.join("\n"), { mode: 0o755 });
});

afterEach(() => rmSync(machine, { recursive: true }));

const mirror = (path: string) => {
  const leaf = ["registry.terraform.io", "hashicorp", "aws", "5.100.0", platform];
  mkdirSync(join(machine, path, ...leaf), { recursive: true });
  return join(machine, path);
};

const file = (name: string, text: string) => {
  mkdirSync(join(machine, "home"), { recursive: true });
  writeFileSync(join(machine, "home", name), text);
  return join(machine, "home", name);
};

const find = (
  environment: NodeJS.ProcessEnv = {},
  {
    answers = false,
    product = "Terraform",
    on = platform,
    ...options
  }: Partial<CliConfigOptions> & {
    answers?: boolean;
    product?: TerraformProgram["product"];
    on?: string;
  } = {},
) =>
  terraformCliConfig({
    file: join(machine, "out", "terraformrc"),
    program: {
      command: join(machine, "bin", "terraform"),
      product,
      version: "1.11.4",
      platform: on,
    },
    environment: {
      PATH: [join(machine, "bin"), process.env.PATH].join(delimiter),
      HOME: join(machine, "home"),
      XDG_DATA_DIRS: join(machine, "share"),
      ...environment,
    },
    roots: [join(machine, "opt")],
    registryAnswers: () => Promise.resolve(answers),
    ...options,
  });

const written = () => readFileSync(join(machine, "out", "terraformrc"), "utf8");

test.each([
  "opt/anything",
  "home/.terraform.d/plugins",
  "home/.local/share/terraform/plugins",
  "share/terraform/plugins",
])("without a registry, the mirror in %s is used", async (place) => {
  const path = mirror(place);
  const { variables, source } = await find();
  expect(source).toBe(path);
  expect(variables).toEqual({ TF_CLI_CONFIG_FILE: join(machine, "out", "terraformrc") });
  expect(written()).toContain(`filesystem_mirror {\n    path = "${path}"`);
});

test("a registry that answers is used, whatever mirrors there are", async () => {
  mirror("opt/anything");
  expect(await find({}, { answers: true })).toEqual({ source: "the registry", variables: {} });
});

test("without either, it reports what to do", async () => {
  expect((await find()).unreachable).toContain("PLUE_PROVIDER_MIRROR");
});

test("a mirror for another platform is none", async () => {
  mirror("opt/anything");
  expect((await find({}, { on: "darwin_arm64" })).variables).toEqual({});
});

test("the mirror that PLUE_PROVIDER_MIRROR names is used, even beside a registry", async () => {
  const path = mirror("elsewhere/deep/down");
  mirror("opt/anything");
  expect((await find({ PLUE_PROVIDER_MIRROR: path }, { answers: true })).source).toBe(path);
});

test("PLUE_PROVIDER_MIRROR with no provider in it is refused by name", async () => {
  await expect(find({ PLUE_PROVIDER_MIRROR: machine })).rejects.toThrow(
    `PLUE_PROVIDER_MIRROR is ${machine}`,
  );
});

test("OpenTofu is offered a mirror's providers under its own registry", async () => {
  const path = mirror("opt/anything");
  const { source, mirror: offered } = await find({}, { product: "OpenTofu" });
  expect(source).toBe(path);
  expect(written()).toContain(`path = "${offered}"`);
  const leaf = ["registry.opentofu.org", "hashicorp", "aws", "5.100.0", platform];
  expect(realpathSync(join(offered!, ...leaf))).toBe(
    realpathSync(join(path, "registry.terraform.io", ...leaf.slice(1))),
  );
  // OpenTofu follows no link but the last.
  expect(lstatSync(join(offered!, ...leaf.slice(0, 4))).isDirectory()).toBe(true);
});

test("OpenTofu reads a configuration of its own before Terraform's", async () => {
  mirror("opt/anything");
  file(".terraformrc", 'plugin_cache_dir = "/tmp/terraform"\n');
  file(".tofurc", 'plugin_cache_dir = "/tmp/opentofu"\n');
  await find({}, { product: "OpenTofu" });
  expect(written()).toContain("/tmp/opentofu");
});

describe("the user's own CLI configuration", () => {
  const installation = 'provider_installation {\n  network_mirror { url = "https://x/" }\n}\n';

  test.each(["TF_CLI_CONFIG_FILE", ".terraformrc"])("wins, named by %s", async (name) => {
    mirror("opt/anything");
    const own = file(name === ".terraformrc" ? name : "own.tfrc", installation);
    const environment = name === ".terraformrc" ? {} : { TF_CLI_CONFIG_FILE: own };
    expect((await find(environment)).variables).toEqual({});
  });

  test("does not win if it is missing", async () => {
    const path = mirror("opt/anything");
    expect((await find({ TF_CLI_CONFIG_FILE: join(machine, "missing") })).source).toBe(path);
  });

  test("does not win if Terraform cannot read it", async () => {
    const path = mirror("opt/anything");
    file(".terraformrc", `broken\n${installation}`);
    expect((await find()).source).toBe(path);
    expect(written()).not.toContain("broken");
  });

  test("keeps its other settings if a mirror replaces the registry", async () => {
    mirror("opt/anything");
    file(".terraformrc", 'plugin_cache_dir = "/tmp/cache"\n');
    await find();
    expect(written()).toMatch(/^plugin_cache_dir = "\/tmp\/cache"\n[^]*provider_installation/);
  });
});
