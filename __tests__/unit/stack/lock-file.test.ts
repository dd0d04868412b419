import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { environments } from "../../../src/environments";
import { lockFileOf } from "../../../src/environments/lock-file";
import { synthesize } from "../../../src/stack/synthesize";
import { stacks } from "../../support/stack";

const started = process.cwd();
let project: string;

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), "plue-lock-"));
  process.chdir(project);
});

afterEach(() => {
  process.chdir(started);
  rmSync(project, { recursive: true, force: true });
});

const laid = (name: string) => join(project, "cdktf.out", "stacks", name, ".terraform.lock.hcl");

test("an environment's lock file is next to its stack, for a Terraform that runs there", () => {
  const file = lockFileOf("dev", project);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, "# the exact versions");
  synthesize(environments);
  expect(readFileSync(laid("dev"), "utf8")).toBe("# the exact versions");
  expect(existsSync(laid("production"))).toBe(false);
});

test("without a lock file the choice of terraform init stays", () => {
  synthesize(environments);
  writeFileSync(laid("dev"), "# what terraform init wrote");
  synthesize(environments);
  expect(readFileSync(laid("dev"), "utf8")).toBe("# what terraform init wrote");
});

test("each stack accepts AWS provider 5.100 to 6, and pins no single version", () => {
  for (const { template } of Object.values(stacks)) {
    expect(template.terraform.required_providers.aws.version).toBe(">= 5.100.0, < 7.0.0");
  }
});
