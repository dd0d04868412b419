import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DescribeSecurityGroupsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { checksOf } from "../../src/embedded-aws/server";
import { same } from "../../src/operations/setup/adopt/expected";
import {
  checkPlan,
  undecided,
  type Expectations,
  type Finding,
  type Verdict,
} from "../../src/operations/setup/adopt/verdict";
import type { PlanJson, ResourceChange } from "../../src/terraform/plan";
import { Stack } from "../../src/terraform/stack";
import type { EnvironmentSettings } from "../../src/environments/settings";
import { capture } from "../../src/process/run";
import inventory from "../fixtures/legacy/addresses.json";
import { describeEmbeddedAws, type EmbeddedAws } from "./embedded-aws";
import { applyOldProject, type OldProject } from "./old-project";
import { deployment, type Deployment } from "./deployment";
import { copyOfProject } from "./plue";

/** Types whose objects are only settings of another object, so that replacing them is harmless. */
const withoutIdentity =
  /^aws_(appautoscaling_|ecs_task_definition|secretsmanager_secret_version|ecr_lifecycle_policy)/;

interface LegacyState {
  resources: {
    mode: string;
    module?: string;
    type: string;
    name: string;
    instances: { index_key?: number; attributes: { id: string; result?: string } }[];
  }[];
}

type Change = Partial<ResourceChange["change"]>;

/** Another value of the same type. */
function otherThan(value: unknown): unknown {
  if (typeof value === "string") return /^[[{]/.test(value) ? "[]" : `${value}x`;
  if (typeof value === "number") return value + 1;
  if (typeof value === "boolean") return !value;
  if (Array.isArray(value)) return value.length > 0 ? value.slice(1) : ["x"];
  return value ? { ...value, x: "y" } : "x";
}

/** Every object's id in AWS, by its address. */
function ids(state: string): Map<string, string> {
  const { resources } = JSON.parse(state) as LegacyState;
  return new Map(
    resources
      .filter(({ mode }) => mode === "managed")
      .flatMap(({ module, type, name, instances }) =>
        instances.map(({ index_key: index, attributes }) => [
          `${module ? `${module}.` : ""}${type}.${name}${index === undefined ? "" : `[${index}]`}`,
          // A random password has no other identity than itself.
          attributes.result ?? attributes.id,
        ]),
      ),
  );
}

/** Makes the old project's resources on an embedded AWS, and adopts their state. */
export function describeAdoption(settings: EnvironmentSettings): void {
  describeEmbeddedAws(`adopting the state of ${settings.name}`, () => adoption(settings));
}

function adoption(settings: EnvironmentSettings): void {
  const { name } = settings;
  let refusedBefore: number;
  let aws: EmbeddedAws;
  let old: OldProject;
  let stack: Deployment;
  let adopting: EnvironmentSettings;
  let before: Map<string, string>;
  let plan: PlanJson;
  let facts: Expectations;
  let verdict: Verdict;

  beforeAll(async () => {
    old = await applyOldProject(name);
    ({ aws } = old);
    const { random } = old;
    // Its services come before the listeners of their target groups, and its provider tries again.
    ({ refused: refusedBefore } = await checksOf(aws));
    adopting = random
      ? settings
      : {
          ...settings,
          database: { ...settings.database, masterPassword: { mode: "write-only", version: 1 } },
        };
    stack = await deployment(aws, adopting, old.variables);
    before = ids(await stack.succeed("state", "pull"));
    await stack.succeed("plan", "-out=adoption.tfplan");
    plan = JSON.parse(await stack.succeed("show", "-json", "adoption.tfplan")) as PlanJson;
    const synthesized = readFileSync(join(stack.folder, "cdk.tf.json"), "utf8");
    const readBack = new Stack(JSON.parse(synthesized));
    facts = { environment: settings.adopts!, isAdopted: readBack.isAdopted };
    verdict = checkPlan(plan, facts);
  });
  afterAll(async () => {
    stack?.remove();
    await old?.stop();
  });

  test("starts from all that the inventory lists", () => {
    const expected = inventory[name as "dev"]
      .map(({ address }) => address)
      .filter((address) => old.random || !address.includes(".random_password."));
    expect([...before.keys()].sort()).toEqual(expected.sort());
  });

  test("the plan is one that a person can sign off", () => {
    const unforeseen = (findings: readonly Finding[]) =>
      findings.filter(({ reason }) => !reason).map(({ attributes }) => attributes.join());
    // The fixed password of the fixture becomes a write-only one, which no real adoption does.
    expect(unforeseen(verdict.changed)).toEqual(
      old.random ? [] : ["password", "password_wo_version"],
    );
    expect(unforeseen(verdict.created)).toEqual([]);
    expect(unforeseen(verdict.replaced)).toEqual([]);
    expect(unforeseen(verdict.destroyed)).toEqual([]);
    expect(verdict.moved.length).toBeGreaterThan(60);
  });

  test("an object that somebody deletes or changes by hand is named, whichever it is", () => {
    /** True if the plan after a change by hand passes, though the adoption touches the object. */
    const passes = (resource: ResourceChange, planned: Change, drift: Change) =>
      undecided(
        checkPlan(
          {
            resource_changes: [{ ...resource, change: { ...resource.change, ...planned } }],
            resource_drift: [{ ...resource, change: { ...resource.change, ...drift } }],
          },
          facts,
        ),
      ).length === 0;
    const unnamed = plan.resource_changes!.flatMap((resource) => {
      const { address, mode, change } = resource;
      const { before, after, actions } = change;
      if (mode !== "managed" || !before || !after) return [];
      const deleted = passes(
        resource,
        { actions: ["create"], before: null },
        { actions: ["delete"], after: null },
      );
      const update = ["update"];
      const changed = Object.keys(before).filter((attribute) => {
        const byHand = { ...before, [attribute]: otherThan(before[attribute]) };
        return (
          !/^(id|arn)$/.test(attribute) &&
          !same(byHand[attribute], after[attribute]) &&
          passes(
            resource,
            { before: byHand, actions: actions[0] === "no-op" ? update : actions },
            { before, after: byHand, actions: update },
          )
        );
      });
      return [
        ...(deleted ? [`${address} deleted`] : []),
        ...changed.map((one) => `${address} ${one}`),
      ];
    });
    // AWS never had these: they name the cluster by its ARN.
    expect(unnamed.filter((one) => !/^aws_appautoscaling_.* deleted$/.test(one))).toEqual([]);
  });

  test("plue adopt prints the same as text, and without a stateKey nothing else works", async () => {
    const { masterPassword } = adopting.database;
    const project = copyOfProject(name, (text) =>
      text.replace(/masterPassword: \{.*?\}/, `masterPassword: ${JSON.stringify(masterPassword)}`),
    );
    try {
      const args = ["bin/plue.js", "adopt", name, ...old.variableArguments];
      const { code, stdout, stderr } = await capture(process.execPath, args, {
        cwd: project,
        env: aws.env,
      });
      expect([code, code === 1 ? stderr : ""]).toEqual([old.random ? 0 : 2, ""]);
      expect(stdout).toContain(`Moved to a new address: ${verdict.moved.length}\n`);
      expect(stdout).toContain("the provider sets the project's tags on every object");
      expect(stdout).toContain("named the cluster by its ARN and so never scaled");
      expect(stdout).toContain(
        old.random
          ? `${name} can be adopted`
          : "! aws_db_instance.database_main would be changed (password)",
      );
      for (const [command, message] of [
        ["plan", "is still the old project's"],
        ["adopt --apply --yes", `${name} has no stateKey`],
      ]) {
        const [verb, ...options] = command!.split(" ");
        const refused = await capture(
          process.execPath,
          ["bin/plue.js", verb!, name, ...options, ...old.variableArguments],
          { cwd: project, env: aws.env },
        );
        expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining(message!)]);
      }
      const state = await stack.succeed("state", "list");
      expect(state).toContain("module.network.aws_vpc.main");
    } finally {
      rmSync(project, { recursive: true, force: true });
    }
  });

  test("the apply leaves every object that has an identity what it was", async () => {
    await stack.succeed("apply", "adoption.tfplan");
    const after = ids(await stack.succeed("state", "pull"));
    const now = new Map(verdict.moved.map(({ from, to }) => [from, to]));
    const destroyed = new Set(verdict.destroyed.map(({ address }) => address));
    for (const [address, id] of before) {
      if (destroyed.has(address)) continue;
      const current = now.get(address) ?? address;
      expect([current, after.has(current)]).toEqual([current, true]);
      if (!withoutIdentity.test(current))
        expect([current, after.get(current)]).toEqual([current, id]);
    }
  });

  test("the second plan is empty", async () => {
    expect(await stack.pending()).toEqual([]);
  });

  test("nothing was refused, or could not be read, but what the old project is refused", async () => {
    expect(await checksOf(aws)).toMatchObject({ refused: refusedBefore, unread: 0 });
  });

  test("only the load balancer accepts the internet", async () => {
    const { SecurityGroups } = await new EC2Client(aws.client).send(
      new DescribeSecurityGroupsCommand({}),
    );
    const open = SecurityGroups!
      .filter(({ IpPermissions }) =>
        IpPermissions!.some(({ IpRanges }) =>
          IpRanges!.some(({ CidrIp }) => CidrIp === "0.0.0.0/0"),
        ),
      )
      .map(({ GroupName }) => GroupName);
    expect(open).toEqual([`${name}-plue-alb-sg`]);
    // The VPC's own group, of AWS's making, is emptied too; the account's default VPC is not ours.
    const rules = SecurityGroups!
      .filter(({ GroupName }) => GroupName !== "default")
      .flatMap(({ GroupName, IpPermissionsEgress }) =>
        IpPermissionsEgress!.filter(({ IpProtocol }) => IpProtocol === "-1").map(() => GroupName),
      );
    expect(rules).toEqual([]);
  });

  test("the URL in the connection secret is encoded and asks for TLS", async () => {
    const { SecretString } = await new SecretsManagerClient(aws.client).send(
      new GetSecretValueCommand({ SecretId: `${name}-plue-db-connection` }),
    );
    const { url, password } = JSON.parse(SecretString!) as { url: string; password: string };
    expect(url).not.toContain(password);
    expect(decodeURIComponent(new URL(url).password)).toBe(password);
    expect(new URL(url).searchParams.get("sslmode")).toBe("verify-full");
  });
}
