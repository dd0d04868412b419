import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Vpc } from "@cdktf/provider-aws/lib/vpc";
import { Testing } from "cdktf";
import { Construct } from "constructs";
import { BaseStack } from "../../../src/stack/base-stack";
import { stacks, type Block } from "../../support/stack";

const pinFile = join(__dirname, "../../fixtures/addresses.json");

/** Attributes that identify a resource in AWS or for a person: a change creates another resource. */
const identities = [
  "name",
  "identifier",
  "family",
  "alarm_name",
  "creation_token",
  "cidr_block",
  "description",
];

/** Addresses of a stack with the identity that does not come from another resource. */
function addresses(template: Block): Record<string, string> {
  return Object.fromEntries(
    Object.entries(template.resource as Record<string, Record<string, Block>>)
      .flatMap(([type, resources]) =>
        Object.entries(resources).map(([name, resource]) => {
          const identity = identities
            .filter((key) => typeof resource[key] === "string")
            .filter((key) => key !== "description" || type === "aws_security_group")
            .map((key) => `${key}=${resource[key]}`);
          return [`${type}.${name}`, identity.join(" ")] as const;
        }),
      )
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}

test("no address, name, variable or output changes by accident", () => {
  const current = Object.fromEntries(
    Object.entries(stacks).map(([name, { template }]) => {
      return [
        name,
        {
          resources: addresses(template),
          variables: Object.keys(template.variable as object).sort(),
          outputs: Object.keys(template.output as object).sort(),
        },
      ];
    }),
  );
  if (process.env.PIN_ADDRESSES === "true") {
    writeFileSync(pinFile, `${JSON.stringify(current, null, 2)}\n`);
  }
  const pinned = JSON.parse(readFileSync(pinFile, "utf8")) as typeof current;
  const explain = [
    "Live states depend on addresses and names. If the change is intended:",
    "  1. for a resource that moved, add a `moved` block from the old address to the new one;",
    "  2. for a changed name, read in the provider's documentation whether it forces a new object;",
    "  3. then run PIN_ADDRESSES=true npm run test:unit, and commit the new list with the reason.",
  ].join("\n");
  try {
    expect(current).toEqual(pinned);
  } catch (error) {
    throw new Error(`${explain}\n\n${(error as Error).message}`, { cause: error });
  }
});

describe("addresses", () => {
  const stack = () => new BaseStack(Testing.app({ stackTraces: false }), "test");
  const vpc = (scope: Construct, id: string) => new Vpc(scope, id, { cidrBlock: "10.0.0.0/16" });

  test.each([
    ["network", "aws_vpc.main", "aws_vpc.network_main"],
    ["network", "aws_vpc.main[1]", "aws_vpc.network_main_1"],
    ["network", "aws_vpc.network", "aws_vpc.network"],
    ["network", "aws_vpc.network_main", "aws_vpc.network_main"],
    ["network", "aws_vpc.networks", "aws_vpc.network_networks"],
  ])("in %s, %s becomes %s", (module, id, address) => {
    const resource = vpc(new Construct(stack(), module), id);
    expect(`aws_vpc.${resource.friendlyUniqueId}`).toBe(address);
  });

  test("two resources never share one", () => {
    const shared = stack();
    vpc(new Construct(shared, "a"), "aws_vpc.b_c");
    vpc(new Construct(shared, "a_b"), "aws_vpc.c");
    expect(() => Testing.synth(shared)).toThrow(
      "test/a_b/aws_vpc.c and test/a/aws_vpc.b_c would both be aws_vpc.a_b_c: rename one of them",
    );
  });

  test("an id names the resource's own type", () => {
    const resource = vpc(new Construct(stack(), "network"), "aws_subnet.main");
    expect(() => resource.friendlyUniqueId).toThrow(
      "test/network/aws_subnet.main: the id of this aws_vpc must read aws_vpc.NAME or aws_vpc.NAME[0]",
    );
  });
});
