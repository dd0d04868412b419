import {
  changesAnything,
  plannedActions,
  summarize,
  taintedAddresses,
  type PlanJson,
} from "../../../src/terraform/plan";
import { Stack } from "../../../src/terraform/stack";

const at = (path: string) => ({ "//": { metadata: { path } } });
const stack = new Stack({
  terraform: {
    backend: { s3: { bucket: "b", key: "k", region: "r", dynamodb_table: "t" } },
    required_version: ">= 1.5.0",
    required_providers: {},
  },
  resource: {
    aws_subnet: {
      network_public_0: at("dev/network/aws_subnet.public[0]"),
      network_public_1: at("dev/network/aws_subnet.public[1]"),
    },
    aws_lb_listener: { load_balancer_https: at("dev/load_balancer/aws_lb_listener.https[0]") },
    aws_ecs_task_definition: {
      api_server: at("dev/api_server/aws_ecs_task_definition.api_server"),
    },
  },
});

const change = (
  address: string,
  actions: readonly string[],
  rest: object = {},
  detail: object = {},
) => ({
  address,
  mode: "managed" as const,
  type: address.split(".")[0]!,
  change: { actions, before: {}, after: {}, ...detail },
  ...rest,
});

describe("the summary of a plan", () => {
  const plan: PlanJson = {
    resource_changes: [
      change("aws_subnet.network_public_0", ["create"]),
      change("aws_subnet.network_public_1", ["create"]),
      change(
        "aws_lb_listener.load_balancer_https[0]",
        ["update"],
        {},
        {
          before: { port: 80, tags: { a: 1 }, arn: "x" },
          after: { port: 443, tags: { a: 1 } },
          after_unknown: { arn: true },
        },
      ),
      change(
        "aws_ecs_task_definition.api_server",
        ["delete", "create"],
        {},
        {
          replace_paths: [["container_definitions"]],
        },
      ),
      change("aws_sns_topic.gone", ["delete"]),
      change("aws_subnet.same", ["no-op"]),
      change("aws_subnet.moved", ["no-op"], { previous_address: "module.network.aws_subnet.x[0]" }),
      { ...change("data.aws_region.current", ["read"]), mode: "data" as const },
    ],
  };
  const actions = plannedActions(plan, stack);

  test("counts by the construct that holds a resource", () => {
    const text = summarize(actions);
    expect(text).toMatch(/^module +create +change +replace +destroy +move$/m);
    expect(text).toMatch(/^network +2 /m);
    expect(text).toMatch(/^load_balancer +- +1 /m);
    expect(text).toMatch(/^\(removed\) .*1 .*1$/m);
    expect(text).toContain(
      "6 resources: 2 to create, 1 to change, 1 to replace, 1 to destroy, 1 to move.",
    );
  });

  test("lists changes and the reasons for replacements, the most severe first", () => {
    const notable = summarize(actions)
      .split("\n")
      .filter((line) => /^(move|destroy|replace|change) /.test(line));
    expect(notable).toEqual([
      "move     aws_subnet.moved (from module.network.aws_subnet.x[0])",
      "destroy  aws_sns_topic.gone",
      "replace  aws_ecs_task_definition.api_server (forced by container_definitions)",
      "change   aws_lb_listener.load_balancer_https[0] (arn, port)",
    ]);
  });

  test("of an empty plan reports it", () => {
    expect(summarize(plannedActions({}, stack))).toBe("No resource changes.");
  });
});

test("tainted objects of an earlier apply differ from other replacements", () => {
  const tainted = { action_reason: "replace_because_tainted" };
  const forced = { action_reason: "replace_because_cannot_update" };
  const replace = ["delete", "create"];
  expect(
    taintedAddresses({
      resource_changes: [change("a.a", replace, tainted), change("b.b", replace, forced)],
    }),
  ).toEqual(["a.a"]);
});

describe("the modules of a stack", () => {
  test("give the addresses to target", () => {
    expect(stack.addressesOf(["network"])).toEqual([
      "aws_subnet.network_public_0",
      "aws_subnet.network_public_1",
    ]);
  });

  test("are named where one is asked for that does not exist", () => {
    expect(() => stack.addressesOf(["net"])).toThrow('there is no module "net"');
  });
});

test("a plan that only imports an object has something to apply", () => {
  const plan: PlanJson = {
    resource_changes: [
      change("aws_subnet.network_public_0", ["no-op"], {}, { importing: { id: "x" } }),
    ],
  };
  const actions = plannedActions(plan, stack);
  expect(actions).toMatchObject([{ action: "import", address: "aws_subnet.network_public_0" }]);
  expect(changesAnything(plan, actions)).toBe(true);
});
