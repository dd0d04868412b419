import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  describeEmbeddedAws,
  startEmbeddedAws,
  type EmbeddedAws,
} from "../../support/embedded-aws";
import { plueEnds } from "../../support/plue";

// On the image repositories, which are quick.
describeEmbeddedAws("Terraform as people have it", () => {
  let folder: string;
  let aws: EmbeddedAws;
  let env: NodeJS.ProcessEnv;
  const plan = ["plan", "local", "--target-module", "ecr"];
  const stack = () => join(folder, "out", "stacks", "local");

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "plue-ways-"));
    aws = await startEmbeddedAws();
    env = { ...aws.env, CDKTF_OUTDIR: join(folder, "out") };
    await plueEnds(0, ["bootstrap", "local"], env);
  });
  afterAll(async () => {
    await aws?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each([
    ["an unknown variable", ["--var", "foo=1"], '"foo" was assigned'],
    ["a value that is refused", ["--var", "api_image_tag=a b"], "must be an image tag"],
    ["a value of another type", ["--var-file", "LIST"], "string required"],
    ["an unknown module", ["--target-module", "nope"], 'there is no module "nope"'],
    ["a file that is not HCL", ["--var-file", "FILE"], "bad.tfvars line 1"],
  ])("%s is refused before init", async (_, args, message) => {
    const file = join(folder, "bad.tfvars");
    writeFileSync(file, 'x = "');
    const list = join(folder, "list.tfvars.json");
    writeFileSync(list, '{ "api_image_tag": [] }');
    const given = args.map((one) => one.replace("FILE", file).replace("LIST", list));
    const { stderr } = await plueEnds(2, ["plan", "local", ...given], env);
    expect(stderr.replace(/\s*\n[│ ]*/g, " ")).toContain(message);
    expect(stderr).not.toMatch(/Initializing|CRASH/);
    expect(stderr).not.toContain("\\u001b");
  });

  test.each([
    ["PLUE_TERRAFORM", "false", "false console failed"],
    ["PLUE_TERRAFORM", "echo", "echo is neither Terraform nor OpenTofu"],
    ["PLUE_TERRAFORM", "/etc/passwd", "cannot run /etc/passwd: permission denied"],
    ["TF_CLI_ARGS", "-nope", "provided but not defined: -nope"],
  ])("%s=%s is named, not blamed on a variable", async (name, value, message) => {
    const { stderr } = await plueEnds(2, plan, { ...env, [name]: value });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain("TF_VAR_");
  });

  test("a plan by TF_CLI_ARGS_plan=-detailed-exitcode is a good plan", async () => {
    const given = { ...env, TF_CLI_ARGS_plan: "-detailed-exitcode" };
    const { stdout } = await plueEnds(0, plan, given);
    expect(stdout).toContain("to create");
  });

  test("a wrapper may add lines to what Terraform prints", async () => {
    const wrapper = join(folder, "wrapper");
    writeFileSync(
      wrapper,
      '#!/bin/sh\nterraform "$@"\ncode=$?\necho ::debug::exited\nexit $code\n',
    );
    chmodSync(wrapper, 0o755);
    const { stdout } = await plueEnds(0, plan, { ...env, PLUE_TERRAFORM: wrapper });
    expect(stdout).toContain("to create");
  });

  test.each([
    [".terraform.lock.hcl", "the lock file of the providers cannot be read", "plue providers lock"],
    [".terraform/terraform.tfstate", ".terraform is damaged", "Delete that folder"],
  ])("a damaged %s is named, with what to do", async (file, message, advice) => {
    mkdirSync(join(stack(), ".terraform"), { recursive: true });
    writeFileSync(join(stack(), file), "garbage");
    const { stderr } = await plueEnds(2, plan, env);
    expect(stderr).toContain(message);
    expect(stderr).toContain(advice);
    rmSync(join(stack(), file));
  });
});
