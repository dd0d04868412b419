import { rmSync } from "node:fs";
import { describeEmbeddedAws } from "../../support/embedded-aws";
import { adoptingProject, applyOldProject, type OldProject } from "../../support/old-project";
import { plue } from "../../support/plue";

describeEmbeddedAws("adopting dev with a key of its own, and going back", () => {
  let old: OldProject;
  let project: string;
  const run = (...args: string[]) => plue(args, old.aws.env, project);
  // Without hashicorp/random the fixture's fixed password becomes a write-only one: that is agreed to.
  const adopt = ["adopt", "dev", "--apply", "--yes", "--accept", "aws_db_instance.database_main"];

  beforeAll(async () => {
    old = await applyOldProject("dev");
    project = adoptingProject("dev", old);
  });
  afterAll(async () => {
    if (project) rmSync(project, { recursive: true, force: true });
    await old?.stop();
  });

  test("before the adoption a deploy is refused, and names the command that adopts", async () => {
    const { code, stderr } = await run("plan", "dev");
    expect([code, stderr]).toEqual([2, expect.stringContaining("plue adopt dev --apply")]);
  });

  test("one command adopts, and the next plan is empty", async () => {
    const { code, stderr } = await run(...adopt);
    expect([code, code === 0 ? "" : stderr]).toEqual([0, ""]);
    const plan = await run("plan", "dev");
    expect([plan.code, plan.stderr]).toEqual([0, expect.stringContaining("No changes.")]);
  });

  test.each(["plan", "apply", "destroy"])(
    "the old code's %s stops and shows why",
    async (command) => {
      const { code, stderr } = await old.terraform(
        command,
        ...(command === "plan" ? [] : ["-auto-approve"]),
      );
      expect(code).toBe(1);
      expect(stderr.replaceAll(/\s+/g, " ")).toContain(
        "the-new-project-has-adopted-this-state.it-is-at.plue.dev.cdktf.terraform.tfstate",
      );
    },
  );

  test("one command gives the state back, and the old code applies to an empty plan", async () => {
    const { code, stderr } = await run("adopt", "dev", "--back", "--yes");
    expect([code, code === 0 ? "" : stderr]).toEqual([0, ""]);
    const applied = await old.terraform("apply", "-auto-approve");
    expect([applied.code, applied.stderr]).toEqual([0, ""]);
    const plan = await old.terraform("plan", "-detailed-exitcode");
    expect([plan.code, plan.code === 0 ? "" : plan.stdout]).toEqual([0, ""]);
  });

  test("what was rolled back can be adopted again: what exists already is imported", async () => {
    const { code, stderr } = await run(...adopt);
    expect([code, code === 0 ? "" : stderr]).toEqual([0, ""]);
    const plan = await run("plan", "dev");
    expect([plan.code, plan.stderr]).toEqual([0, expect.stringContaining("No changes.")]);
  });
});
