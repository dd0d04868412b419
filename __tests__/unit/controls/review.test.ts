import { findings, sources, type Finding } from "../../../src/controls";
import { ecsReview } from "../../../src/controls/ecs-review";
import { suppose } from "../../../src/cost/what-if";
import { dev } from "../../../src/environments/dev";
import { production } from "../../../src/environments/production";
import { Stack } from "../../../src/terraform/stack";
import { examples } from "../../support/examples";
import { full } from "../../support/full";
import { stacks, synthesize } from "../../support/stack";

const known: readonly (readonly [string, Stack])[] = [
  ...Object.entries(stacks).map(([name, { template }]) => [name, new Stack(template)] as const),
  ...[
    ["every option", full] as const,
    [
      "a cache of nodes",
      { ...full, cache: { kind: "nodes", nodeType: "cache.t4g.micro", replicas: 0 } },
    ] as const,
    ...examples,
  ].map(([name, settings]) => [name, new Stack(synthesize(settings).template)] as const),
];

const failed = (stack: Stack): readonly Finding[] =>
  sources.flatMap((source) => findings(source, stack)).filter(({ status }) => status === "failed");

const find = (stack: Stack, id: string) =>
  sources.flatMap((source) => findings(source, stack)).find((one) => one.id === id);

describe("the controls", () => {
  test.each(sources)("of $name have an id each", ({ controls }) => {
    const ids = controls.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)]);
  });

  test("that a reader looks for are among them", () => {
    const ids = new Set(sources.flatMap(({ controls }) => controls.map(({ id }) => id)));
    const wanted = ["RDS.9", "RDS.11", "RDS.19", "RDS.20", "RDS.21", "RDS.22", "RDS.23"];
    for (const id of [...wanted, "ECS.5", "ECS.20", "KMS.1", "GuardDuty.11", "7.4"]) {
      expect([id, ids.has(id)]).toEqual([id, true]);
    }
  });

  test.each(known)("that %s fails have a reason, and a way to pass", (_name, stack) => {
    const unexplained = failed(stack).filter(
      ({ explanation: why }) => !why?.reason || !(why.settings ?? why.price),
    );
    expect(unexplained.map(({ id, failing }) => [id, failing])).toEqual([]);
  });

  test.each([dev, production])("that $name fails pass with the settings named", (settings) => {
    const untrue = failed(new Stack(synthesize(settings).template))
      .filter(({ explanation: why }) => why?.settings)
      .filter(({ id, explanation: why }) => {
        const base = why!.isOnlyForNew ? { ...settings, adopts: undefined } : settings;
        const changed = suppose(base, why!.settings!).settings;
        return find(new Stack(synthesize(changed).template), id)?.status !== "passed";
      });
    expect(untrue.map(({ id, explanation }) => [id, explanation!.settings])).toEqual([]);
  });

  test.each([
    [[], ["7.4"]],
    [["ecsCluster.guardDutyAgent=new-detector"], []],
    [["ecsCluster.guardDutyAgent=existing-detector"], []],
  ])("of AWS's ECS operation review are RED for production with %j: %j", (changes, red) => {
    const stack = new Stack(synthesize(suppose(production, changes).settings).template);
    const rated = findings(ecsReview, stack).filter(({ status }) => status === "failed");
    expect(rated.filter(({ rating }) => rating === undefined)).toEqual([]);
    expect(rated.filter(({ rating }) => rating === "RED").map(({ id }) => id)).toEqual(red);
  });

  test("see what is wrong with a stack", () => {
    const container = { user: "root", privileged: true, environment: [{ name: "DB_PASSWORD" }] };
    const stack = new Stack({
      resource: {
        aws_db_instance: { main: { publicly_accessible: true, storage_encrypted: false } },
        aws_ecs_task_definition: {
          main: { network_mode: "host", container_definitions: JSON.stringify([container]) },
        },
        aws_security_group: {
          main: { ingress: [{ from_port: 22, cidr_blocks: ["0.0.0.0/0"] }] },
        },
        aws_iam_role_policy: {
          main: {
            policy: JSON.stringify({
              Statement: [{ Effect: "Allow", Action: "kms:*", Resource: "*" }],
            }),
          },
        },
      },
    });
    const ids = failed(stack).map(({ id }) => id);
    expect(ids).toEqual(
      expect.arrayContaining([
        ...["RDS.2", "RDS.3", "ECS.1", "ECS.4", "ECS.5", "ECS.8", "ECS.9", "ECS.20"],
        ...["EC2.18", "EC2.19", "IAM.21", "KMS.2", "7.2", "7.3"],
      ]),
    );
  });
});
