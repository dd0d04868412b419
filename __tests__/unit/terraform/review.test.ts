import type { PlanJson, ResourceChange } from "../../../src/terraform/plan";
import { deviations, reviewOf } from "../../../src/terraform/review";

type Change = Partial<ResourceChange["change"]> & {
  before_sensitive?: unknown;
  after_sensitive?: unknown;
};

const change = (
  address: string,
  one: Change,
  more: Partial<ResourceChange> = {},
): ResourceChange => ({
  address,
  mode: "managed",
  type: address.split(".")[0]!,
  change: { actions: ["no-op"], before: null, after: null, ...one },
  ...more,
});

const created = (address: string, after: Record<string, unknown>, unknown = {}) =>
  change(address, { actions: ["create"], after, after_unknown: unknown });
const updated = (
  address: string,
  before: Record<string, unknown>,
  after: Record<string, unknown>,
  unknown = {},
) => change(address, { actions: ["update"], before, after, after_unknown: unknown });

const plan = (...resource_changes: ResourceChange[]): PlanJson => ({ resource_changes });
const review = (...changes: ResourceChange[]) => reviewOf("dev", plan(...changes));

const vpc = created("aws_vpc.main", { cidr_block: "10.0.0.0/16" }, { id: true });
const service = updated("aws_ecs_service.api", { desired_count: 1 }, { desired_count: 2 });

test("the same plan has the same meaning in any order", () => {
  expect(deviations(review(vpc, service), review(service, vpc))).toEqual([]);
});

test("what a plan reads, and what it leaves alone, has no meaning", () => {
  const read = change("data.aws_x.y", { actions: ["read"], after: {} }, { mode: "data" });
  const same = change("aws_vpc.other", { before: { a: 1 }, after: { a: 1 } });
  expect(review(read, same).resources).toEqual([]);
});

test.each([
  ["a resource that nobody saw", [vpc], [vpc, service], /^aws_ecs_service\.api: update, which/],
  ["a resource less", [vpc, service], [vpc], /^aws_ecs_service\.api: update was reviewed and is/],
  [
    "another action",
    [service],
    [change("aws_ecs_service.api", { ...service.change, actions: ["delete", "create"] })],
    /: delete, create, and update was reviewed$/,
  ],
  [
    "another value",
    [service],
    [updated("aws_ecs_service.api", { desired_count: 1 }, { desired_count: 3 })],
    /: desired_count becomes 3, and 2 was reviewed$/,
  ],
  [
    "another value to start from",
    [service],
    [updated("aws_ecs_service.api", { desired_count: 5 }, { desired_count: 2 })],
    /: desired_count is 5, and was 1 at the review$/,
  ],
  [
    "a further attribute",
    [service],
    [updated("aws_ecs_service.api", { desired_count: 1, a: 1 }, { desired_count: 2, a: 2 })],
    /: a becomes 2, which nobody has reviewed$/,
  ],
  [
    "an attribute less",
    [service],
    [updated("aws_ecs_service.api", { desired_count: 1 }, { desired_count: 1 })],
    /: desired_count was to become 2, and stays as it is$/,
  ],
  [
    "another place to come from",
    [change("aws_vpc.a", {}, { previous_address: "aws_vpc.b" })],
    [change("aws_vpc.a", {}, { previous_address: "aws_vpc.c" })],
    /: from aws_vpc\.c, and aws_vpc\.b was reviewed$/,
  ],
])("%s is a deviation", (_, before, now, message) => {
  expect(deviations(review(...before), review(...now))).toEqual([expect.stringMatching(message)]);
});

test("an output that changes has been seen as well", () => {
  const withOutput = reviewOf("dev", { output_changes: { url: { actions: ["create"] } } as never });
  expect(deviations(review(), withOutput)).toEqual([
    "output url: create, which nobody has reviewed",
  ]);
  expect(deviations(withOutput, review())).toEqual([
    "output url: create was reviewed and is not planned",
  ]);
});

test("what was not known at the review may be anything later, and nothing else may", () => {
  const before = review(updated("aws_ecs_service.api", { task: "a:1" }, {}, { task: true }));
  const now = (after: Record<string, unknown>) =>
    review(updated("aws_ecs_service.api", { task: "a:1" }, after));
  expect(deviations(before, now({ task: "a:2" }))).toEqual([]);
  expect(deviations(before, now({ task: "a:1" }))).toEqual([]);
  expect(deviations(now({ task: "a:2" }), before)).toEqual([
    'aws_ecs_service.api: task becomes "(known after apply)", and "a:2" was reviewed',
  ]);
});

test("what was not known deep inside is filled in as well", () => {
  const at = (arn: string | undefined) =>
    review(
      created(
        "aws_iam_role_policy.x",
        { rule: [{ name: "a", ...(arn && { arn }) }] },
        { rule: [arn ? {} : { arn: true }] },
      ),
    );
  expect(deviations(at(undefined), at("arn:1"))).toEqual([]);
  expect(deviations(at("arn:1"), at("arn:2"))).toHaveLength(1);
});

test("of a plan in parts, each may leave out what was reviewed and add nothing", () => {
  expect(deviations(review(vpc, service), review(service), { partial: true })).toEqual([]);
  expect(deviations(review(vpc), review(service), { partial: true })).toHaveLength(1);
});

test("no secret is written down, before or after, whole or inside", () => {
  const secret = change("aws_db_instance.main", {
    actions: ["update"],
    before: { password: "old-secret", user: { name: "plue", token: "old-token" } },
    after: { password: "new-secret", user: { name: "plue", token: "new-token" } },
    before_sensitive: { password: true, user: { token: true } },
    after_sensitive: { password: true, user: { token: true } },
  });
  const text = JSON.stringify(review(secret));
  expect(text).not.toMatch(/secret"|token":"(?!\(secret\))/);
  expect(text).toContain('"password":{"before":"(secret)","after":"(secret)"}');
});
