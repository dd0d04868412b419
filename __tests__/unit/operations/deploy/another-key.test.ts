import { refuseAnotherKey } from "../../../../src/operations/deploy/another-key";

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
  expect(() => refuseAnotherKey("dev", [action])).toThrow(
    `dev would lose its data: the key changes, so ${action.address} would be replaced with empty resources`,
  );
});

test("a replacement for another reason, and a first key, are not refused here", () => {
  refuseAnotherKey("dev", [
    replace("aws_db_instance.database_main", "username"),
    replace("aws_kms_key.customer_key_main", "kms_key_id"),
    { action: "change", address: "aws_cloudwatch_log_group.web_app", attributes: ["kms_key_id"] },
    { action: "create", address: "aws_db_instance.database_main", attributes: [] },
  ]);
});
