import { dev } from "../../../../src/environments/dev";
import {
  refuseReplacements,
  refuseTakenCidrs,
} from "../../../../src/operations/deploy/replacements";
import type { ResourceChange } from "../../../../src/terraform/plan";

const environment = { name: "dev", settings: dev };
const replace = (address: string, ...attributes: string[]) => ({
  action: "replace" as const,
  address,
  attributes,
});

test.each([
  replace("aws_db_instance.database_main", "kms_key_id"),
  replace("aws_efs_file_system.storage_main", "kms_key_id"),
  replace("aws_ecr_repository.ecr_web_app", "encryption_configuration"),
])("a plan that changes the key of $address is refused", (action) => {
  expect(() => refuseReplacements(environment, [action])).toThrow(
    `dev would lose its data: the key changes, so ${action.address} would be replaced with empty resources`,
  );
});

test("a replacement for another reason, and a first key, are not refused here", () => {
  refuseReplacements(environment, [
    replace("aws_db_instance.database_main", "username"),
    replace("aws_kms_key.customer_key_main", "kms_key_id"),
    { action: "change", address: "aws_cloudwatch_log_group.web_app", attributes: ["kms_key_id"] },
    { action: "create", address: "aws_db_instance.database_main", attributes: [] },
  ]);
});

test("without adopts, a plan that replaces the services of an adopted state is refused", () => {
  const services = [
    replace("aws_ecs_service.api_server", "launch_type", "capacity_provider_strategy"),
    replace("aws_ecs_service.web_app", "capacity_provider_strategy"),
  ];
  const forgotten = { name: "dev", settings: { ...dev, adopts: undefined } };
  expect(() => refuseReplacements(forgotten, services)).toThrow(
    "aws_ecs_service.api_server, aws_ecs_service.web_app would be replaced: the state was adopted from the old project, and `adopts` is not set",
  );
  refuseReplacements(forgotten, [replace("aws_ecs_service.web_app", "name")]);
});

describe("after an interrupted apply has created another subnet", () => {
  const subnet = "aws_subnet.network_public_0";
  const planned = (
    actions: readonly string[],
    change: Partial<ResourceChange["change"]>,
  ): ResourceChange => ({
    ...{ address: subnet, mode: "managed", type: "aws_subnet" },
    change: { actions, before: null, after: null, ...change },
  });
  const refuse = (...resource_changes: ResourceChange[]) =>
    refuseTakenCidrs("dev", { resource_changes });
  const cidr = (cidr_block: string) => ({ cidr_block });
  const old = {
    ...planned(["delete"], { before: cidr("10.0.1.0/24") }),
    deposed: "0a1b2c3d",
  };

  test("the CIDR of the old one is refused, with the way on", () => {
    const back = planned(["create", "delete"], {
      before: cidr("10.0.101.0/24"),
      after: cidr("10.0.1.0/24"),
    });
    expect(() => refuse(back, old)).toThrow(`the replacement of ${subnet}`);
    expect(() => refuse(old, back)).toThrow(
      expect.objectContaining({
        advice: [
          expect.stringContaining("`publicCidr` in src/environments/dev.ts to 10.0.101.0/24"),
        ],
      }),
    );
  });

  test("the CIDR of the new one is applied", () => {
    const same = { before: cidr("10.0.101.0/24"), after: cidr("10.0.101.0/24") };
    refuse(planned(["no-op"], same), old);
  });
});
