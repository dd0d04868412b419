import { writerOf, type StateJson } from "../../../src/terraform/state";

type Resource = NonNullable<StateJson["resources"]>[number];

const resource = (
  type: string,
  attributes: Record<string, unknown> | null = {},
  schema_version = 0,
): Resource => ({
  mode: "managed",
  type,
  name: "main",
  instances: [{ attributes, schema_version }],
});

const region = "us-east-1";

test.each([
  ["one of 5.x", [resource("aws_vpc"), resource("aws_flow_log")], "5.0.0"],
  ["one of 6.5.0", [resource("aws_vpc", { region }), resource("aws_flow_log")], "6.0.0"],
  ["one of 6.47.0", [resource("aws_vpc", { region }), resource("aws_flow_log", {}, 1)], "6.13.0"],
  // 5.100.0 writes a region into buckets, too.
  [
    "one with a bucket of 5.x",
    [resource("aws_vpc"), resource("aws_s3_bucket", { region })],
    "5.0.0",
  ],
  [
    "one that a later provider has begun to write",
    [resource("aws_vpc"), resource("aws_lb", { region })],
    "6.0.0",
  ],
  ["an object without attributes", [resource("aws_vpc", null)], "5.0.0"],
])("finds the provider of a state: %s", (_, resources, least) => {
  expect(writerOf({ resources })?.least).toBe(least);
});

test.each([
  ["an empty one", {}],
  ["one of data sources alone", { resources: [{ ...resource("aws_vpc"), mode: "data" }] }],
  ["one without such objects", { resources: [resource("random_password")] }],
])("finds nothing for %s", (_, state) => {
  expect(writerOf(state)).toBeUndefined();
});
