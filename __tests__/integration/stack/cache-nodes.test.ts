import { local } from "../../../src/environments/local";
import type { EnvironmentSettings } from "../../../src/environments/settings";
import { checksOf } from "../../../src/embedded-aws/server";
import { ringAll } from "../../support/alarms";
import { deployment, type Deployment } from "../../support/deployment";
import {
  describeEmbeddedAws,
  startEmbeddedAws,
  type EmbeddedAws,
} from "../../support/embedded-aws";
import { full } from "../../support/full";

const settings = (nodeType: string): EnvironmentSettings => ({
  ...local,
  name: full.name,
  permissionsBoundary: true,
  encryption: "customer-key",
  cache: { kind: "nodes", nodeType, replicas: 1 },
});

// The resources of a cache of nodes and their dependencies; another test covers the rest of the stack.
const targets = [
  "-target=aws_elasticache_replication_group.cache_main",
  ...["cache_cpu_0", "cache_cpu_1", "cache_memory_0", "cache_memory_1"].map(
    (name) => `-target=aws_cloudwatch_metric_alarm.${name}`,
  ),
];

describeEmbeddedAws("a cache of nodes", () => {
  let aws: EmbeddedAws;
  let stack: Deployment;

  beforeAll(async () => {
    aws = await startEmbeddedAws({
      role: { kind: "deploy", environment: full.name, options: true },
    });
    stack = await deployment(aws, settings("cache.t4g.micro"));
  });
  afterAll(async () => {
    stack?.remove();
    await aws?.stop();
  });

  test("is applied, and a second plan is empty", async () => {
    await stack.apply(...targets);
    expect(await stack.pending(...targets)).toEqual([]);
  });

  test("each alarm of its nodes rings and ends", async () => {
    const seen = Object.values(await ringAll(aws)).map((states) => states.join());
    expect(seen).toEqual(Array(4).fill("ALARM,OK"));
  });

  test("gets other nodes in place", async () => {
    stack.synthesize(settings("cache.t4g.small"));
    expect(await stack.apply(...targets)).toMatch(/0 added, 1 changed, 0 destroyed/);
    expect(await stack.pending(...targets)).toEqual([]);
  });

  test("is destroyed with what it needed", async () => {
    await stack.apply("-destroy");
    expect(await stack.succeed("state", "list")).toBe("");
  });

  test("nothing was refused to CI's role, or could not be read", async () => {
    expect(await checksOf(aws)).toMatchObject({ refused: 0, unread: 0 });
  });
});
