import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { devNull, tmpdir } from "node:os";
import { join } from "node:path";
import { plueEnds, project } from "../../support/plue";

// Without credentials, Terraform and AWS: each fault is found before they are needed.
const env: NodeJS.ProcessEnv = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("AWS_"))),
  AWS_CONFIG_FILE: devNull,
  AWS_SHARED_CREDENTIALS_FILE: devNull,
  AWS_EC2_METADATA_DISABLED: "true",
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "plue-hostile-"));
  writeFileSync(join(folder, "no.json"), "{ not JSON");
  writeFileSync(join(folder, "state.json"), '{ "version": 4 }');
  writeFileSync(join(folder, "changes.json"), '{ "resource_changes": [{}] }');
  execFileSync("mkfifo", [join(folder, "pipe")]);
  mkdirSync(join(folder, "empty"));
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each<[string, string[], RegExp]>([
  ["an empty tag", ["deploy", "dev", "--tag", ""], /--tag.* It is empty/],
  ["a blank tag", ["deploy", "dev", "--tag", " "], /--tag.* It is empty/],
  ["an empty environment", ["deploy", ""], /environment.* It is empty/],
  ["an empty module", ["plan", "dev", "--target-module="], /--target-module.* It is empty/],
  ["an empty file", ["plan", "dev", "--var-file", ""], /--var-file.* It is empty/],
  ["an empty setting", ["cost", "dev", "--if", ""], /--if.* It is empty/],
  ["an empty filter", ["logs", "dev", "api", "--filter", ""], /--filter.* It is empty/],
  ["an empty task", ["exec", "dev", "api", "--task", ""], /--task.* It is empty/],
  ["an empty region", ["prices", "--region", ""], /--region.* It is empty/],
  ["an empty path", ["check-source", ""], /path.* It is empty/],
  ["a tag that is none", ["deploy", "dev", "--tag", "-x"], /An image tag has letters/],
  ["a variable without a value", ["plan", "dev", "--var", "foo"], /Write NAME=VALUE/],
  ["a variable without a name", ["plan", "dev", "--var", "=x"], /Write NAME=VALUE/],
  ["a file without an end", ["plan", "dev", "--var-file", "/dev/zero"], /It is a pipe or a device/],
  ["no such variables file", ["plan", "dev", "--var-file", "/nope"], /\/nope.* no such file/],
  ["a folder of variables", ["plan", "dev", "--var-file", "src"], /src.* It is a folder/],
  ["drawings below /proc", ["diagram", "--all", "--out", "/proc/x/y"], /cannot make .* \/proc\/x:/],
  ["no such review", ["deploy", "dev", "--reviewed", "/nope"], /\/nope.* no such file/],
  ["a review in no folder", ["plan", "dev", "--review", "/nope/x"], /there is no folder \/nope/],
  ["a page that is a folder", ["plan", "dev", "--html", "src"], /src is a folder/],
  ["a page with a folder's path", ["plan", "dev", "--html", "/tmp/x/"], /\/tmp\/x\/ is a folder/],
  ["a drawing in no folder", ["diagram", "dev", "--out", "/nope/x"], /no folder \/nope/],
  ["a drawing that is a folder", ["diagram", "dev", "--out", "src"], /src is a folder/],
  [
    "drawings in a file",
    ["diagram", "--all", "--out", "main.ts"],
    /cannot make the folder main.ts: file already exists/,
  ],
  ["a region that is none", ["prices", "--region", "mars-1"], /Write a region such as/],
  ["a platform that is none", ["providers", "lock", "dev", "--platform", "x"], /Write a platform/],
  ["an endless past", ["logs", "dev", "api", "--since", "99999999999d"], /longest.* is 3653d/],
  ["a filter that is too long", ["logs", "dev", "api", "--filter", "x".repeat(2000)], /1024/],
  ["no time at all", ["logs", "dev", "api", "--since", "0"], /shortest duration is 1s/],
  ["help about no command", ["help", "nope"], /unknown command 'nope'/],
  [
    "JSON of an adoption",
    ["adopt", "dev", "--apply", "--json"],
    /--json' cannot be used with .*--apply/,
  ],
  [
    "JSON of a roll back",
    ["adopt", "dev", "--back", "--json"],
    /--json' cannot be used with .*--back/,
  ],
  [
    "a tag without an adoption",
    ["adopt", "dev", "--tag", "abc"],
    /--tag and --accept need --apply/,
  ],
  ["an adoption's tag that is none", ["adopt", "dev", "--apply", "--tag", "a b"], /An image tag/],
  ["an empty shell", ["completion", ""], /shell.* It is empty/],
  ["an endless wait", ["migrate", "dev", "--timeout", "99999999999d"], /longest.* is 3653d/],
])("%s is refused before anything runs", async (_, args, message) => {
  const { stdout, stderr } = await plueEnds(2, args, env);
  expect(stderr).toMatch(message);
  expect(stderr.length).toBeLessThan(1000);
  expect(stdout).toBe("");
});

test("prices of a region that has none are not reported as zero", async () => {
  const given = { ...env, TF_VAR_aws_region: "xx-central-1" };
  const { stdout, stderr } = await plueEnds(2, ["cost", "dev"], given);
  expect(stderr).toContain("there are no prices of xx-central-1");
  expect(stdout).toBe("");
});

test.each<[string, NodeJS.ProcessEnv, string]>([
  ["a region that is none", { TF_VAR_aws_region: "mars-1" }, 'aws_region is "mars-1"'],
  ["an endpoint that is no URL", { AWS_ENDPOINT_URL: "notaurl" }, 'AWS_ENDPOINT_URL is "notaurl"'],
  ["a service's endpoint that is no URL", { AWS_ENDPOINT_URL_STS: "sts" }, '"sts" is not a URL'],
  ["a proxy that is no URL", { HTTPS_PROXY: "::" }, "Correct HTTPS_PROXY"],
  [
    "a proxy of another kind",
    { HTTPS_PROXY: "socks5://127.0.0.1:9" },
    "not the URL of an HTTP proxy",
  ],
  [
    "a token that is not there",
    { AWS_WEB_IDENTITY_TOKEN_FILE: "/nope", AWS_ROLE_ARN: "r" },
    "/nope",
  ],
  [
    "a token that is a folder",
    { AWS_WEB_IDENTITY_TOKEN_FILE: "/tmp", AWS_ROLE_ARN: "r" },
    "cannot read /tmp: illegal operation on a directory",
  ],
  [
    "a key without its secret",
    { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "" },
    "AWS_SECRET_ACCESS_KEY is not",
  ],
  [
    "a configuration that is a folder",
    { AWS_PROFILE: "x", AWS_CONFIG_FILE: "/tmp" },
    'AWS_CONFIG_FILE is "/tmp"',
  ],
  [
    "no such configuration",
    { AWS_PROFILE: "x", AWS_CONFIG_FILE: "/nope" },
    'AWS_CONFIG_FILE is "/nope"',
  ],
  ["a key with a line break", { AWS_ACCESS_KEY_ID: "a\nb" }, "character that no key has"],
  ["an unknown profile", { AWS_PROFILE: "nobody" }, 'the profile "nobody" gives no'],
  ["a process that fails", { AWS_PROFILE: "fails" }, "no login today"],
  ["a process that prints no JSON", { AWS_PROFILE: "text" }, "returned invalid JSON"],
  ["an unknown source profile", { AWS_PROFILE: "source" }, "[nowhere]"],
])("%s needs a person, and is named", async (_, variables, message) => {
  const AWS_CONFIG_FILE = join(folder, "aws");
  writeFileSync(
    AWS_CONFIG_FILE,
    [
      "[profile fails]",
      'credential_process = sh -c "echo no login today >&2; exit 3"',
      "[profile text]",
      "credential_process = echo hello",
      "[profile source]",
      "role_arn = arn:aws:iam::123456789012:role/x",
      "source_profile = nowhere",
    ].join("\n"),
  );
  // Without credentials of their own the endpoint and the proxy would not be asked.
  const keys =
    variables.AWS_PROFILE || variables.AWS_ROLE_ARN
      ? {}
      : { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" };
  const given = { ...env, AWS_CONFIG_FILE, ...keys, ...variables };
  const { stderr } = await plueEnds(2, ["status", "dev"], given);
  expect(stderr).toContain(message);
});

test.each([
  ["no.json", "is not a plan as JSON: it is not JSON"],
  ["state.json", "is not a plan"],
  ["changes.json", "is not a plan"],
  ["pipe", "It is a pipe or a device"],
])(
  "the message of diagram --plan %s contains the name of the file, not its content",
  async (name, message) => {
    const file = join(folder, name);
    const { stderr } = await plueEnds(2, ["diagram", "dev", "--plan", file], env);
    expect(stderr).toContain(file);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain("{ not");
  },
);

test("a drawing has the format that the ending of its file names", async () => {
  const file = join(folder, "dev.png");
  await plueEnds(0, ["diagram", "dev", "--out", file], env);
  expect(readFileSync(file).subarray(1, 4).toString()).toBe("PNG");
});

test.each(["abc", "0", "1e3", "70000"])(
  "PLUE_LOCAL_PORT=%s is refused before anything is started or stopped",
  async (PLUE_LOCAL_PORT) => {
    const { stdout, stderr } = await plueEnds(2, ["local", "up"], { ...env, PLUE_LOCAL_PORT });
    expect(stdout + stderr).toBe(
      `\nplue: PLUE_LOCAL_PORT is "${PLUE_LOCAL_PORT}": it must be a port from 1 to 65535\n`,
    );
  },
);

describe("output that cannot be written", () => {
  const plue = (command: string) =>
    spawnSync("bash", ["-c", command], { cwd: project, env, encoding: "utf8" });
  const run = "node bin/plue.js";

  test.each(["cost dev", "cost dev --json", "diagram dev", "--help", "deploy --help"])(
    "plue %s fails on a full device, with the cause",
    (args) => {
      const { status, stderr } = plue(`${run} ${args} >/dev/full`);
      expect(stderr).toContain("cannot write to standard output: ENOSPC: no space left on device");
      expect(stderr).not.toMatch(/^\s+at |^Next/m);
      expect(status).toBe(1);
    },
  );

  test("ends as by SIGPIPE if the program that reads it has ended", () => {
    const { stdout, stderr } = plue(`(sleep 1; ${run} cost dev; echo "code $?" >&2) | true`);
    expect(stdout).toBe("");
    expect(stderr).toBe("code 141\n");
  });

  test("names the file on a full disk", () => {
    const { status, stderr } = plue(`${run} diagram dev --format mermaid --out /dev/full`);
    expect(stderr).toContain("cannot write /dev/full: no space left on device");
    expect(status).toBe(1);
  });

  test("a closed standard error does not end the command", () => {
    const { status, stdout } = plue(`${run} cost dev 2>/dev/full`);
    expect(stdout).toContain("total");
    expect(status).toBe(0);
  });
});
