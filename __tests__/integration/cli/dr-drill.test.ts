import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cleanEnvironment } from "../../../src/embedded-aws/environment";
import type { Drill } from "../../../src/operations/recovery/drill";
import { isRunning } from "../../../src/process/identity";
import { describeEmbeddedAws } from "../../support/embedded-aws";
import { machine, pathOf } from "../../support/machine";
import { copyOfProject, plueEnds, startPlue } from "../../support/plue";

describeEmbeddedAws("plue dr drill", () => {
  const drill = ["dr", "drill", "local", "--region", "us-west-2"];
  let project: string;
  let env: Record<string, string>;

  beforeAll(() => {
    project = copyOfProject("local", (text) => text);
    // The virtual environment of the tests stands where `plue local` would have made it.
    const venv = dirname(dirname(pathOf(machine().embeddedAws)));
    mkdirSync(join(project, ".local"));
    symlinkSync(venv, join(project, ".local", basename(venv)));
    env = {
      ...cleanEnvironment(),
      ...machine().terraformVariables,
      // Neither real credentials nor a region that somebody has set may matter.
      AWS_PROFILE: "real-account",
      TF_VAR_aws_region: "eu-west-1",
    };
  });
  afterAll(() => rmSync(project, { recursive: true, force: true }));

  const nothingIsLeft = async (pid: number) => {
    expect(existsSync(join(project, ".drill"))).toBe(false);
    // Who is killed is gone a moment later.
    while (isRunning(pid)) await sleep(100);
  };
  const serverOf = () =>
    (JSON.parse(readFileSync(join(project, ".drill", "server.json"), "utf8")) as { pid: number })
      .pid;

  test.each([
    ["no other program runs", /Make the state's bucket in us-east-1/],
    ["Terraform is at work", /Apply local in us-east-1/],
  ])("Ctrl-C leaves nothing behind where %s", async (_when, moment) => {
    const run = startPlue(drill, env, project);
    await run.said(moment);
    const pid = serverOf();
    run.child.kill("SIGINT");
    const { code, stderr } = await run.result;
    expect(code).toBe(130);
    expect(stderr).toContain("nothing is left");
    await nothingIsLeft(pid);
  });

  test("loses a region, rebuilds the environment in the other, and tells how long it took", async () => {
    const run = startPlue([...drill, "--json"], env, project);
    await run.said(/Start an embedded AWS.*done/);
    const pid = serverOf();
    const { code, stdout, stderr } = await run.result;
    if (code !== 0) throw new Error(stderr);
    const told = JSON.parse(stdout) as Drill;
    expect(told).toMatchObject({
      environment: "local",
      region: "us-east-1",
      rebuilt: "local-dr",
      secondRegion: "us-west-2",
      applies: 1,
    });
    expect(told.rpoSeconds).toBeGreaterThanOrEqual(0);
    const sum = told.steps.reduce((all, { seconds }) => all + seconds, 0);
    expect(told.rtoSeconds).toBeGreaterThanOrEqual(sum);
    expect(told.monthlyDollars).toBeGreaterThan(50);
    expect(told.proved).toEqual([
      "the database has what was in it when it was copied, and no more",
      "so has the file system",
      "and it can be written to",
      "the API server connects to the new database with the old password",
      "by its name in the second region",
      "the images that were deployed are there",
      "nothing was asked of us-east-1, which answered no more",
    ]);
    expect(stderr).toMatch(/6 imported, \d+ added, \d+ changed, 0 destroyed/);
    await nothingIsLeft(pid);
  });

  test("a region must be named, and another than the environment's", async () => {
    const { stderr } = await plueEnds(2, ["dr", "drill", "local"], env, project);
    expect(stderr).toContain("local has no copies in a second region");
    await plueEnds(2, ["dr", "drill", "local", "--region", "us-east-1"], env, project);
    expect(existsSync(join(project, ".drill"))).toBe(false);
  });
});
