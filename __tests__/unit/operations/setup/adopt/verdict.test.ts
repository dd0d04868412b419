import { judge } from "../../../../../src/operations/setup/adopt/verdict";
import type { ResourceChange } from "../../../../../src/terraform/plan";

function change(
  address: string,
  actions: string[],
  rest: Partial<ResourceChange> & { attributes?: Record<string, [unknown, unknown]> } = {},
): ResourceChange {
  const type = address.split(".").at(-2)!;
  const { attributes = {}, ...others } = rest;
  const side = (index: 0 | 1) =>
    Object.fromEntries(Object.entries(attributes).map(([key, values]) => [key, values[index]]));
  return {
    address,
    mode: "managed",
    type,
    change: { actions, before: side(0), after: side(1) },
    ...others,
  };
}

function replacement(address: string, ...because: string[]): ResourceChange {
  const base = change(address, ["delete", "create"]);
  return { ...base, change: { ...base.change, replace_paths: because.map((path) => [path]) } };
}

const nothingAdopted = () => false;

test("moves alone are safe", () => {
  const verdict = judge(
    [
      change("aws_vpc.network_main", ["no-op"], {
        previous_address: "module.network.aws_vpc.main",
      }),
      change("data.aws_region.current", ["read"], { mode: "data" }),
    ],
    nothingAdopted,
  );
  expect(verdict).toMatchObject({
    safe: true,
    moved: [{ from: "module.network.aws_vpc.main", to: "aws_vpc.network_main" }],
  });
});

test.each([
  ["the database", replacement("aws_db_instance.database_main", "username")],
  ["a service", replacement("aws_ecs_service.web_app", "launch_type")],
  ["the VPC", replacement("aws_vpc.network_main", "cidr_block")],
  ["the file system", change("module.storage.aws_efs_file_system.main", ["delete"])],
  ["the master password", replacement("random_password.database_master", "length")],
  ["a rule that let somebody in", change("aws_security_group_rule.database_from_api", ["delete"])],
  ["a scaling target for another reason", replacement("aws_appautoscaling_target.web_app", "x")],
])("losing %s needs a person", (_, loss) => {
  expect(judge([loss], nothingAdopted).safe).toBe(false);
});

test("losing what the old project got wrong is safe, and says why", () => {
  const verdict = judge(
    [
      replacement("aws_appautoscaling_target.web_app", "resource_id"),
      change("module.database.aws_security_group_rule.database_egress", ["delete"]),
    ],
    nothingAdopted,
  );
  expect(verdict.safe).toBe(true);
  expect(verdict.replaced[0]?.reason).toContain("never scaled");
  expect(verdict.destroyed[0]?.reason).toContain("connect");
});

test("a change that nobody foresaw needs a person, and is named", () => {
  const verdict = judge(
    [
      change("aws_db_instance.database_main", ["update"], {
        attributes: {
          tags: [{ Name: "x", Project: "plue" }, { Name: "x" }],
          instance_class: ["db.t3.large", "db.t3.micro"],
          port: [5432, 5432],
        },
      }),
    ],
    nothingAdopted,
  );
  expect(verdict.safe).toBe(false);
  expect(verdict.changed).toEqual([
    { address: "aws_db_instance.database_main", attributes: ["instance_class"], reason: undefined },
    expect.objectContaining({ attributes: ["tags"], reason: expect.stringContaining("tags") }),
  ]);
});

test("a state without what it should hold is not safe to adopt: it may be the wrong one", () => {
  const created = change("aws_vpc.network_main", ["create"]);
  expect(judge([created], (address) => address === "aws_vpc.network_main").safe).toBe(false);
  expect(judge([created], nothingAdopted).safe).toBe(true);
});

test("a scaling target that AWS does not know by its wrong name is made anew", () => {
  const address = "aws_appautoscaling_target.web_app";
  expect(judge([change(address, ["create"])], (one) => one === address).safe).toBe(true);
});

test("what is known after the apply only counts as changed", () => {
  const update = change("aws_db_instance.database_main", ["update"]);
  const verdict = judge(
    [{ ...update, change: { ...update.change, after_unknown: { engine: true, tags: [false] } } }],
    nothingAdopted,
  );
  expect(verdict.changed.map(({ attributes }) => attributes)).toEqual([["engine"]]);
});
