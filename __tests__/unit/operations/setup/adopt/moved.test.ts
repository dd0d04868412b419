import { allowedLosses } from "../../../../../src/operations/setup/adopt/expected";
import { stacks } from "../../../../support/stack";
import inventory from "../../../../fixtures/legacy/addresses.json";

/** Listeners and rules that the state has instead of others when HTTPS is switched the other way. */
const otherWithHttps = [
  "module.load_balancer.aws_lb_listener.https[0]",
  "module.load_balancer.aws_lb_listener_rule.api_http[0]",
  "module.load_balancer.aws_lb_listener_rule.api_https[0]",
];

/** Production's code had no way to the file system, and its owner had to add this one of dev's. */
const addedByTheOwner = "aws_security_group_rule.efs_from_api";

describe.each(["dev", "production"] as const)("adopting the state of %s", (name) => {
  const { template } = stacks[name];
  const moved = template.moved as { from: string; to: string }[];
  const legacy = inventory[name].map(({ address }) => address);
  const present = Object.entries(template.resource as object).flatMap(([type, resources]) =>
    Object.entries(resources as object).map(([resource, { count }]) =>
      count === undefined ? `${type}.${resource}` : `${type}.${resource}[0]`,
    ),
  );

  test("every object of the inventory finds its new address, or stays, or may go", () => {
    const mayGo = (address: string) =>
      allowedLosses.some(
        ({ type, name: pattern, action }) =>
          action === "destroyed" &&
          address.includes(`.${type}.`) &&
          pattern?.test(address.split(".").at(-1)!),
      );
    const from = moved.map((block) => block.from);
    const lost = legacy.filter((address) => !from.includes(address) && !present.includes(address));
    expect(lost.filter((address) => !mayGo(address))).toEqual([]);
    expect(lost).toHaveLength(4);
  });

  test("every move names an address of the inventory", () => {
    const known = new Set([...legacy, ...otherWithHttps, addedByTheOwner]);
    expect(moved.filter(({ from }) => !known.has(from))).toEqual([]);
  });

  test("each move is to a resource of the same type that the stack has, one for one", () => {
    const typeOf = (address: string) => /(?:^|\.)((?:aws|random)_\w+)\./.exec(address)?.[1];
    for (const { from, to } of moved) {
      expect(typeOf(from)).toBe(typeOf(to));
      expect(present).toContain(to);
    }
    expect(new Set(moved.map(({ from }) => from)).size).toBe(moved.length);
    expect(new Set(moved.map(({ to }) => to)).size).toBe(moved.length);
  });
});

test("a stack without a legacy life moves nothing", () => {
  expect(stacks.local.template).not.toHaveProperty("moved");
});
