import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { DbInstance } from "@cdktf/provider-aws/lib/db-instance";
import { DbParameterGroup } from "@cdktf/provider-aws/lib/db-parameter-group";
import { SecretsmanagerSecret } from "@cdktf/provider-aws/lib/secretsmanager-secret";
import { Password } from "@cdktf/provider-random/lib/password";
import { local } from "../../../src/environments/local";
import {
  knownNames,
  referred,
  stacks,
  synthesize,
  type Block,
  type Synthesized,
} from "../../support/stack";

const database = (stack: Synthesized) => stack.resource("aws_db_instance.database_main");

describe.each(knownNames)("the database of %s", (name) => {
  const stack = stacks[name];

  test("is PostgreSQL 16 in the private subnets, encrypted, and not public", () => {
    expect(stack.json).toHaveResourceWithProperties(DbInstance, {
      identifier: `${name}-plue-db`,
      engine: "postgres",
      engine_version: "16",
      db_name: "plue",
      username: "plue",
      storage_type: "gp3",
      storage_encrypted: true,
      publicly_accessible: false,
      backup_window: "03:00-04:00",
    });
    const group = stack.resource(referred(database(stack).db_subnet_group_name));
    for (const subnet of group.subnet_ids) {
      expect(stack.resource(referred(subnet)).tags.Type).toBe("private");
    }
  });

  test("logs schema changes and slow statements, and leaves RDS's own TLS-only default alone", () => {
    expect(stack.json).toHaveResourceWithProperties(DbParameterGroup, {
      family: "postgres16",
      parameter: [
        expect.objectContaining({ name: "log_statement", value: "ddl" }),
        expect.objectContaining({ name: "log_min_duration_statement", value: "1000" }),
      ],
    });
    expect(database(stack).parameter_group_name).toBe(
      "${aws_db_parameter_group.database_main.name}",
    );
  });

  test("is created after its log group, so that RDS creates none without a retention", () => {
    expect(stack.json).toHaveResourceWithProperties(CloudwatchLogGroup, {
      name: `/aws/rds/instance/${name}-plue-db/postgresql`,
    });
    expect(database(stack).depends_on).toContain("aws_cloudwatch_log_group.database");
  });

  test("is destroyed before all other resources that hold data", () => {
    expect(database(stack).depends_on).toEqual(
      expect.arrayContaining([
        "aws_efs_file_system.storage_main",
        "aws_efs_access_point.storage_git_repos",
        "aws_ecr_repository.ecr_api_server",
        "aws_ecr_repository.ecr_web_app",
        "aws_ecr_repository.ecr_db_migrate",
        "aws_secretsmanager_secret.database_password",
        "aws_secretsmanager_secret.database_connection",
      ]),
    );
  });

  test("has its two secrets under their old names", () => {
    for (const secret of ["db-password", "db-connection"]) {
      expect(stack.json).toHaveResourceWithProperties(SecretsmanagerSecret, {
        name: `${name}-plue-${secret}`,
        recovery_window_in_days: name === "production" ? 7 : 0,
      });
    }
  });

  test("has a connection secret: over TLS, with an encoded password", () => {
    const version = stack.resource("aws_secretsmanager_secret_version.database_connection");
    const content = (version.secret_string ?? version.secret_string_wo) as string;
    for (const key of ["engine", "host", "port", "dbname", "username", "password", "url"]) {
      expect(content).toContain(`"${key}" = `);
    }
    expect(content).toMatch(/postgresql:\/\/plue:\$\{urlencode\([^)]+\)\}@.*\?sslmode=verify-full/);
  });

  test("resources that hold data or a unique name are not created before they are destroyed", () => {
    // Terraform spreads create_before_destroy from a resource to all that it depends on.
    const spread = new Set<string>();
    const visit = (address: string) => {
      if (spread.has(address)) return;
      spread.add(address);
      const needs = JSON.stringify(stack.resource(address)).match(/\b(aws|random)_\w+\.\w+/g) ?? [];
      needs
        .filter((need) => need.split(".")[1]! in stack.resources(need.split(".")[0]!))
        .forEach(visit);
    };
    for (const [type, resources] of Object.entries(stack.template.resource as Block)) {
      for (const [resource, { lifecycle }] of Object.entries(resources as Record<string, Block>)) {
        if (lifecycle?.create_before_destroy) visit(`${type}.${resource}`);
      }
    }
    expect([...new Set([...spread].map((address) => address.split(".")[0]))].sort()).toEqual([
      "aws_db_parameter_group",
      // The network's parts have no names, and a new VPC is refused.
      ...[
        "aws_eip",
        "aws_internet_gateway",
        "aws_nat_gateway",
        "aws_route_table",
        "aws_route_table_association",
      ],
      "aws_secretsmanager_secret",
      "aws_secretsmanager_secret_version",
      ...["aws_subnet", "aws_vpc"],
      ...(name === "local" ? [] : ["random_password"]),
    ]);
  });
});

test.each(["dev", "production"] as const)(
  "%s keeps the random password that its state holds, and a new one suits RDS and a URL",
  (name) => {
    expect(stacks[name].json).toHaveResourceWithProperties(Password, {
      length: 32,
      lifecycle: { ignore_changes: "all" },
    });
    const { override_special } = stacks[name].resource("random_password.database_master");
    expect(override_special).not.toMatch(/[/@" ]/);
    expect(database(stacks[name]).password).toBe("${random_password.database_master.result}");
  },
);

test("local's password is in neither plan nor state, and all readers read it from the secret", () => {
  const stack = stacks.local;
  expect(stack.resources("random_password")).toEqual({});
  expect(stack.template.terraform.required_providers).not.toHaveProperty("random");
  expect(stack.json).not.toMatch(/"(password|secret_string)":/);

  const { ephemeral, locals } = stack.template as Record<string, Block>;
  const written = stack.resource("aws_secretsmanager_secret_version.database_password");
  expect(written.secret_string_wo).toBe(
    "${ephemeral.aws_secretsmanager_random_password.database_master.random_password}",
  );
  expect(ephemeral!.aws_secretsmanager_random_password.database_master.exclude_characters).toMatch(
    /^(?=.*\/)(?=.*@)(?=.*").* /,
  );
  const readBack = ephemeral!.aws_secretsmanager_secret_version.database_password;
  expect(referred(readBack.version_id)).toBe("aws_secretsmanager_secret_version.database_password");
  expect(locals!.database_master_password).toBe(
    "${ephemeral.aws_secretsmanager_secret_version.database_password.secret_string}",
  );
  expect(database(stack).password_wo).toBe("${local.database_master_password}");
  const connection = stack.resource("aws_secretsmanager_secret_version.database_connection");
  expect(connection.secret_string_wo).toContain("urlencode(local.database_master_password)");
  expect(connection.secret_string_wo_version).toContain("aws_db_instance.database_main.address");
});

test("a secret that is lost and recreated passes its new password to the database", () => {
  // The number changes with the secret's version, and with it the provider sends the password again.
  const { password_wo_version } = database(stacks.local);
  expect(password_wo_version).toContain(
    "aws_secretsmanager_secret_version.database_password.version_id",
  );
  const connection = stacks.local.resource("aws_secretsmanager_secret_version.database_connection");
  expect(connection.secret_string_wo_version).toContain(
    "aws_secretsmanager_secret_version.database_password.version_id",
  );
});

test.each([
  [399, undefined, undefined],
  [400, 12000, 500],
])("%i GiB of gp3 have the IOPS that RDS gives them: %s", (allocatedStorage, iops, throughput) => {
  const instance = database(
    synthesize({
      ...local,
      database: { ...local.database, allocatedStorage, maxAllocatedStorage: 1000 },
    }),
  );
  expect([instance.iops, instance.storage_throughput]).toEqual([iops, throughput]);
});

test("production survives the loss of a zone, is monitored, and is protected against a destroy", () => {
  expect(stacks.production.json).toHaveResourceWithProperties(DbInstance, {
    instance_class: "db.t3.small",
    allocated_storage: 50,
    max_allocated_storage: 200,
    backup_retention_period: 7,
    multi_az: true,
    monitoring_interval: 60,
    deletion_protection: "${local.database_deletion_protection}",
    skip_final_snapshot: false,
  });
  expect(stacks.production.template.variable.database_deletion_protection.default).toBe(true);
});

test("a parameter that equals its default, which every plan would show, is left out", () => {
  const stack = synthesize({
    ...local,
    database: { ...local.database, slowQueryMilliseconds: -1 },
  });
  expect(stack.resource("aws_db_parameter_group.database_main").parameter).toEqual([
    expect.objectContaining({ name: "log_statement" }),
  ]);
});

test("production's final snapshot has a name that no plan changes and that is new after each destroy", () => {
  const { final_snapshot_identifier } = database(stacks.production);
  expect(final_snapshot_identifier).toContain("aws_security_group.database.id");
  expect(final_snapshot_identifier).not.toMatch(/timestamp|uuid/);
});

test("dev is small and leaves nothing behind after a destroy", () => {
  expect(stacks.dev.json).toHaveResourceWithProperties(DbInstance, {
    instance_class: "db.t3.micro",
    allocated_storage: 20,
    max_allocated_storage: 40,
    backup_retention_period: 3,
    multi_az: false,
    monitoring_interval: 0,
    skip_final_snapshot: true,
  });
  expect(stacks.dev.template.variable.database_deletion_protection.default).toBe(false);
});
