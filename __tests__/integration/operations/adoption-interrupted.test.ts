import { rmSync } from "node:fs";
import { resolve } from "node:path";
import type { EnvironmentSettings } from "../../../src/environments/settings";
import { dev } from "../../../src/environments/dev";
import { production } from "../../../src/environments/production";
import { describeEmbeddedAws, fork, terraform, type Fork } from "../../support/embedded-aws";
import { applyOldProject, type OldProject } from "../../support/old-project";
import { copyOfProject, killTree, startPlue } from "../../support/plue";

/**
 * The adoption can be killed after every call that writes, which takes hours: ADOPTION_KILLS=all, or
 * `kinds` for the first call of each name, or names of calls. The one that always runs comes when most
 * objects exist; those that were created last are not in the state.
 */
const { ADOPTION_KILLS: chosen = "CreateVpcEndpoint", ADOPTION_OF: environments = "dev" } =
  process.env;

for (const settings of [dev, production]) {
  if (environments.split(",").includes(settings.name)) {
    describeEmbeddedAws(`adopting ${settings.name} after a kill at a call`, () => {
      interruptions(settings);
    });
  }
}

/** A call that writes: its name, and how many of this name there were with it. */
interface Call {
  readonly operation: string;
  readonly time: number;
}

/** Whether a call changes something. */
const writes = (operation: string) =>
  !/^(Describe|List|Get|Head|BatchGet|GET|HEAD|AssumeRole|Simulate)/.test(operation);

function interruptions({ name, adopts }: EnvironmentSettings): void {
  let old: OldProject;
  let project: string;
  let copy: Fork;

  beforeAll(async () => {
    old = await applyOldProject(name, { proxied: true });
    project = copyOfProject(name, (text) => {
      const keyed = text.replace(
        `adopts: "${adopts}",`,
        `adopts: "${adopts}",\n  stateKey: "plue/${name}/cdktf/terraform.tfstate",`,
      );
      const writeOnly = 'masterPassword: { mode: "write-only", version: 1 }';
      return old.random ? keyed : keyed.replace(/masterPassword: \{.*?\}/, writeOnly);
    });
  });
  afterAll(async () => {
    if (project) rmSync(project, { recursive: true, force: true });
    await old?.stop();
  });
  beforeEach(async () => {
    copy = await fork(old.aws.endpoint);
    old.aws.proxy!.target = copy.endpoint;
  });
  afterEach(() => {
    old.aws.proxy!.rule = undefined;
    copy.end();
  });

  const start = (...args: string[]) =>
    startPlue([...args, ...old.variableArguments], old.aws.env, project);
  const startAdopting = () =>
    start("adopt", name, "--apply", "--yes", "--accept", "aws_db_instance.database_main");

  /** Adopts, and kills plue and Terraform once the call has been answered; returns the calls that write. */
  async function adoptUntil(last?: Call): Promise<Call[]> {
    const calls: Call[] = [];
    const adopting = startAdopting();
    old.aws.proxy!.rule = (operation) => {
      if (!writes(operation)) return undefined;
      const time = 1 + calls.filter((call) => call.operation === operation).length;
      calls.push({ operation, time });
      if (operation === last?.operation && time === last.time) killTree(adopting.child.pid!);
      return undefined;
    };
    const { code, stderr } = await adopting.result;
    old.aws.proxy!.rule = undefined;
    const expected = last ? [null, ""] : [0, ""];
    expect([code, code === expected[0] ? "" : stderr]).toEqual(expected);
    return calls;
  }

  /** Does what the messages say until the adoption has ended; returns how often it ran. */
  async function goOn(): Promise<number> {
    for (let runs = 1; ; runs++) {
      const { code, stderr } = await startAdopting().result;
      if (code === 0) return runs;
      const [, folder, lock] = /-chdir=(\S+) force-unlock (\S+)/.exec(stderr) ?? [];
      if (lock === undefined || runs === 3) throw new Error(stderr);
      const freed = await terraform(
        resolve(project, folder!),
        ["force-unlock", "-force", lock],
        old.aws.env,
      );
      expect([freed.code, freed.stderr]).toEqual([0, ""]);
    }
  }

  test("goes on by the same command, to an empty plan", async () => {
    const all = /^(all|kinds)$/.test(chosen) ? await adoptUntil() : [];
    const points =
      chosen === "all"
        ? all
        : chosen === "kinds"
          ? all.filter(({ time }) => time === 1)
          : chosen.split(",").map((operation) => ({ operation, time: 1 }));
    const stuck: string[] = [];
    for (const point of points) {
      copy.end();
      copy = await fork(old.aws.endpoint);
      old.aws.proxy!.target = copy.endpoint;
      const killed = `killed after ${point.operation} number ${point.time}`;
      try {
        await adoptUntil(point);
        const runs = await goOn();
        const plan = await start("plan", name).result;
        expect(plan).toMatchObject({ code: 0, stderr: expect.stringContaining("No changes.") });
        if (points.length > 1) console.log(`${killed}: ${runs} more runs`);
      } catch (error) {
        stuck.push(`${killed}: ${String(error)}`);
        console.log(stuck.at(-1));
      }
    }
    expect(stuck).toEqual([]);
  });
}
