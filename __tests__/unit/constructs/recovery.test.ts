import { local } from "../../../src/environments/local";
import { recovered, recovery } from "../../support/recovery";
import { stacks, synthesize, type Block } from "../../support/stack";

const stack = synthesize(recovered);
const imports = (template: Block) =>
  Object.fromEntries(((template.import ?? []) as Block[]).map(({ to, id }) => [to, id]));

test("without recovery nothing is imported, and no database is restored", () => {
  for (const off of Object.values(stacks)) {
    expect(off.template.import).toBeUndefined();
    const database = off.resource("aws_db_instance.database_main");
    expect(database.restore_to_point_in_time).toBeUndefined();
    expect(off.resource("aws_efs_file_system.storage_main").lifecycle).toBeUndefined();
  }
});

test("the copies are imported, and missing resources are created", () => {
  expect(imports(stack.template)).toEqual({
    "aws_efs_file_system.storage_main": recovery.fileSystemId,
    "aws_ecr_repository.ecr_api_server": "local-plue-api-server",
    "aws_ecr_repository.ecr_web_app": "local-plue-web-app",
    "aws_kms_key.recovery_copies": recovery.keyId,
    "aws_secretsmanager_secret.database_password": recovery.passwordSecretArn,
  });
});

test("imported resources keep their names, and all others have new names", () => {
  const name = (address: string) => stack.resource(address).name as string;
  expect(name("aws_ecr_repository.ecr_api_server")).toBe("local-plue-api-server");
  expect(name("aws_ecr_repository.ecr_db_migrate")).toBe("local-plue-db-migrate");
  expect(name("aws_secretsmanager_secret.database_password")).toBe("local-plue-db-password");
  expect(name("aws_secretsmanager_secret.database_connection")).toBe("local-dr-plue-db-connection");
  expect(stack.resource("aws_db_instance.database_main").identifier).toBe("local-dr-plue-db");
  expect(stack.template.terraform.backend.s3.key).toBe("plue/local-dr/terraform.tfstate");
});

describe("the database", () => {
  const database = stack.resource("aws_db_instance.database_main");

  test("is restored to the latest time, and no later plan restores it again", () => {
    expect(database.restore_to_point_in_time).toEqual({
      source_db_instance_automated_backups_arn: recovery.databaseBackupsArn,
      use_latest_restorable_time: true,
    });
    expect(database.lifecycle.ignore_changes).toEqual(["restore_to_point_in_time"]);
  });

  test("is restored to a time in the settings", () => {
    const databaseRestoreTime = "2030-01-31T07:00:00Z";
    const chosen = synthesize({ ...recovered, recovery: { ...recovery, databaseRestoreTime } });
    expect(chosen.resource("aws_db_instance.database_main").restore_to_point_in_time).toEqual({
      source_db_instance_automated_backups_arn: recovery.databaseBackupsArn,
      restore_time: databaseRestoreTime,
    });
  });

  test("keeps its name and key, for which the provider would replace it", () => {
    expect(database.db_name).toBeUndefined();
    expect(database.kms_key_id).toBeUndefined();
    expect(stack.resource("aws_efs_file_system.storage_main").lifecycle).toEqual({
      ignore_changes: ["creation_token", "kms_key_id"],
    });
    expect(stack.resource("aws_ecr_repository.ecr_web_app").lifecycle).toEqual({
      ignore_changes: ["encryption_configuration"],
    });
  });

  test("is destroyed before the key of its data", () => {
    expect(database.depends_on).toContain("aws_kms_key.recovery_copies");
  });
});

describe("the password", () => {
  test("is the old one, read from the copied secret, and is not in the state", () => {
    const { ephemeral } = stack.template as { ephemeral: Block };
    expect(ephemeral.aws_secretsmanager_random_password).toBeUndefined();
    expect(ephemeral.aws_secretsmanager_secret_version.database_password).toEqual({
      secret_id: "${aws_secretsmanager_secret.database_password.id}",
    });
    const versions = Object.keys(stack.resources("aws_secretsmanager_secret_version"));
    expect(versions).toEqual(["database_connection"]);
  });

  test("is the old one in mode random, too", () => {
    const random = synthesize({
      ...recovered,
      database: { ...local.database, masterPassword: { mode: "random" } },
    });
    expect(random.resources("random_password")).toEqual({});
    expect(Object.keys(random.template.terraform.required_providers as object)).toEqual(["aws"]);
    expect(random.resource("aws_db_instance.database_main").password).toBe(
      "${data.aws_secretsmanager_secret_version.database_password.secret_string}",
    );
  });
});

test("copies of the copies: the images are found by their existing names", () => {
  const again = synthesize({ ...recovered, disasterRecovery: { region: "us-east-1" } });
  const { replication_configuration } = again.resource(
    "aws_ecr_replication_configuration.disaster_recovery_main",
  );
  expect(replication_configuration.rule[0].repository_filter[0].filter).toBe("local-plue-");
});

test("the DNS record is taken from the environment that has it", () => {
  const domain = { name: "plue.example.com", hostedZoneId: "Z0123456789ABCDEFGHIJ" };
  const record = (of: ReturnType<typeof synthesize>) =>
    of.resource("aws_route53_record.load_balancer_main").allow_overwrite;
  expect(record(synthesize({ ...recovered, domain }))).toBe(true);
  expect(record(synthesize({ ...local, domain }))).toBeUndefined();
});
