import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { DbInstance } from "@cdktf/provider-aws/lib/db-instance";
import { DbParameterGroup } from "@cdktf/provider-aws/lib/db-parameter-group";
import { DbSubnetGroup } from "@cdktf/provider-aws/lib/db-subnet-group";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import { SecretsmanagerSecret } from "@cdktf/provider-aws/lib/secretsmanager-secret";
import { SecretsmanagerSecretVersion } from "@cdktf/provider-aws/lib/secretsmanager-secret-version";
import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { SecurityGroupRule } from "@cdktf/provider-aws/lib/security-group-rule";
import { RandomProvider } from "@cdktf/provider-random/lib/provider";
import { Password } from "@cdktf/provider-random/lib/password";
import { Construct } from "constructs";
import {
  Fn,
  TerraformLocal,
  TerraformStack,
  Token,
  type TerraformResource,
  type TerraformVariable,
} from "../cdktf";
import type { DatabaseSettings, MasterPassword } from "../environments/settings";
import { trustService } from "./iam";
import type { Network } from "./network";
import { tcp } from "./tcp";

/** What the database is made of. */
export interface DatabaseProps extends DatabaseSettings {
  /** Prefix of all names. */
  readonly environment: string;
  /** The account's id, for the monitoring role's trust. */
  readonly accountId: string;
  /** Stands in the private subnets. */
  readonly network: Network;
  /** Days for which a deleted secret can be restored. */
  readonly secretRecoveryWindowDays: number;
  /** Variable: whether AWS refuses to delete the database. */
  readonly deletionProtectionVariable: TerraformVariable;
  /**
   * What else holds data. A destroy goes against the order of dependencies: as the database needs
   * these, a destroy that the database's protection stops has not touched them.
   */
  readonly outlivedBy: readonly TerraformResource[];
}

const ENGINE_VERSION = "16";
const PORT = 5432;
const NAME = "plue";
/** Characters that RDS refuses in a password, and quotes, which only make trouble in shells. */
const EXCLUDED_CHARACTERS = "/@\" '`\\";

/**
 * PostgreSQL on RDS, and the two secrets that hold its master password and how to connect.
 *
 * Cost (us-east-1): db.t3.micro about $13 a month, db.t3.small Multi-AZ about $53; gp3 storage $0.115 a
 * GB-month, twice that with Multi-AZ; $0.40 a month for each secret.
 */
export class Database extends Construct {
  /** The instance. */
  readonly instance: DbInstance;
  /** JSON: engine, host, port, dbname, username, password, url. */
  readonly connectionSecret: SecretsmanagerSecret;
  /** A task that reads the connection secret must wait for its content. */
  readonly connectionSecretVersion: SecretsmanagerSecretVersion;
  /** The instance's group. */
  readonly securityGroup: SecurityGroup;

  /** Makes the instance with all of its parts. */
  constructor(scope: Construct, id: string, props: DatabaseProps) {
    super(scope, id);
    const { environment, network } = props;
    const identifier = `${environment}-plue-db`;

    const secret = (resource: string, name: string) =>
      new SecretsmanagerSecret(this, `aws_secretsmanager_secret.${resource}`, {
        name: `${environment}-plue-${name}`,
        recoveryWindowInDays: props.secretRecoveryWindowDays,
      });
    const passwordSecret = secret("database_password", "db-password");
    this.connectionSecret = secret("database_connection", "db-connection");
    const password = masterPassword(this, props.masterPassword, passwordSecret);

    const subnetGroup = new DbSubnetGroup(this, "aws_db_subnet_group.main", {
      name: `${environment}-plue-db-subnet-group`,
      subnetIds: network.privateSubnets.map((subnet) => subnet.id),
      tags: { Name: `${environment}-plue-db-subnet-group` },
    });
    // No inline rules beside the separate ones of allowFrom. Terraform leaves a new group without
    // any; stating `egress: []` would race with the removal of an adopted group's separate rule.
    this.securityGroup = new SecurityGroup(this, "aws_security_group.database", {
      name: `${environment}-plue-db-sg`,
      description: "Security group for Plue RDS database",
      vpcId: network.vpc.id,
      tags: { Name: `${environment}-plue-db-sg` },
    });
    const parameterGroup = new DbParameterGroup(this, "aws_db_parameter_group.main", {
      // The major version is part of the name, since the group of the next one must exist beside it.
      name: `${environment}-plue-db-postgres${ENGINE_VERSION}`,
      family: `postgres${ENGINE_VERSION}`,
      description: "Plue: schema changes and slow statements are logged",
      // From PostgreSQL 15 on RDS takes TLS connections only (rds.force_ssl is 1). That must not be
      // repeated here: the provider shows a parameter that equals its default in every plan.
      parameter: [
        { name: "log_statement", value: "ddl" },
        ...(props.slowQueryMilliseconds >= 0
          ? [{ name: "log_min_duration_statement", value: String(props.slowQueryMilliseconds) }]
          : []),
      ],
      lifecycle: { createBeforeDestroy: true },
    });
    // RDS makes this group itself, without a retention, unless it is there first.
    const logGroup = new CloudwatchLogGroup(this, "aws_cloudwatch_log_group.database", {
      name: `/aws/rds/instance/${identifier}/postgresql`,
      retentionInDays: props.logRetentionDays,
    });

    const monitoring = props.monitoringInterval > 0 ? this.monitoringRole(props) : undefined;

    this.instance = new DbInstance(this, "aws_db_instance.main", {
      identifier,
      engine: "postgres",
      engineVersion: ENGINE_VERSION,
      instanceClass: props.instanceClass,
      dbName: NAME,
      username: NAME,
      ...password.instanceArguments,
      port: PORT,
      storageType: "gp3",
      storageEncrypted: true,
      allocatedStorage: props.allocatedStorage,
      maxAllocatedStorage: props.maxAllocatedStorage,
      dbSubnetGroupName: subnetGroup.name,
      vpcSecurityGroupIds: [this.securityGroup.id],
      publiclyAccessible: false,
      parameterGroupName: parameterGroup.name,
      multiAz: props.multiAz,
      backupRetentionPeriod: props.backupRetentionDays,
      backupWindow: props.backupWindow,
      maintenanceWindow: props.maintenanceWindow,
      copyTagsToSnapshot: true,
      autoMinorVersionUpgrade: true,
      applyImmediately: props.applyImmediately,
      enabledCloudwatchLogsExports: ["postgresql"],
      performanceInsightsEnabled: props.performanceInsights,
      ...(props.performanceInsights ? { performanceInsightsRetentionPeriod: 7 } : {}),
      monitoringInterval: props.monitoringInterval,
      ...(monitoring ? { monitoringRoleArn: monitoring.role.arn } : {}),
      deletionProtection: props.deletionProtectionVariable.booleanValue,
      skipFinalSnapshot: !props.finalSnapshot,
      // The name must be free at each destroy and the same in each plan: the group's id is new in
      // each life of the environment and constant within it.
      ...(props.finalSnapshot
        ? {
            finalSnapshotIdentifier: `${identifier}-final-snapshot-${Fn.trimprefix(this.securityGroup.id, "sg-")}`,
          }
        : {}),
      tags: { Name: identifier },
      dependsOn: [
        logGroup,
        passwordSecret,
        this.connectionSecret,
        ...(monitoring ? [monitoring.policy] : []),
        ...props.outlivedBy,
      ],
    });

    this.connectionSecretVersion = new SecretsmanagerSecretVersion(
      this,
      "aws_secretsmanager_secret_version.database_connection",
      {
        secretId: this.connectionSecret.id,
        ...password.secretArguments(connection(this.instance.address, password.value), [
          this.instance.address,
        ]),
        // Not created before the old one is destroyed: that would spread to all that it depends on,
        // the database and the file system too, whose names cannot exist twice. It need not be: the
        // provider leaves the current content of a secret in place until the next one is there.
      },
    );
  }

  /** Lets members of the group connect; `name` is the construct that they belong to. */
  allowFrom(name: string, securityGroup: SecurityGroup): SecurityGroupRule {
    return new SecurityGroupRule(this, `aws_security_group_rule.database_from_${name}`, {
      type: "ingress",
      ...tcp(PORT, `PostgreSQL from ${name}`),
      securityGroupId: this.securityGroup.id,
      sourceSecurityGroupId: securityGroup.id,
    });
  }

  /** The egress rule of a security group whose members connect to the database. */
  get egressRule() {
    return { ...tcp(PORT, "PostgreSQL"), securityGroups: [this.securityGroup.id] };
  }

  private monitoringRole({ environment, accountId }: DatabaseProps) {
    const role = new IamRole(this, "aws_iam_role.monitoring", {
      name: `${environment}-plue-db-monitoring`,
      assumeRolePolicy: trustService("monitoring.rds.amazonaws.com", accountId),
    });
    const policy = new IamRolePolicyAttachment(this, "aws_iam_role_policy_attachment.monitoring", {
      role: role.name,
      policyArn: "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole",
    });
    return { role, policy };
  }
}

/** The connection secret's content, as a Terraform expression. */
function connection(host: string, password: string): string {
  return Fn.jsonencode({
    engine: "postgres",
    host,
    port: PORT,
    dbname: NAME,
    username: NAME,
    password,
    url: `postgresql://${NAME}:${Fn.urlencode(password)}@${host}:${PORT}/${NAME}?sslmode=require`,
  });
}

interface MasterPasswordSource {
  /** Terraform expression of the password. */
  readonly value: string;
  /** How the instance gets it. */
  readonly instanceArguments:
    { password: string } | { passwordWo: string; passwordWoVersion: number };
  /** How a secret's version gets a content with the password in it, and follows what else is in it. */
  secretArguments(
    content: string,
    follows: readonly string[],
  ): { secretString: string } | { secretStringWo: string; secretStringWoVersion: number };
}

function masterPassword(
  database: Construct,
  settings: MasterPassword,
  secret: SecretsmanagerSecret,
): MasterPasswordSource {
  const passwordVersion = "aws_secretsmanager_secret_version.database_password";
  if (settings.mode === "random") {
    new RandomProvider(database, "random");
    const random = new Password(database, "random_password.master", {
      length: 32,
      special: true,
      overrideSpecial: "!#$%&*()-_=+[]{}<>:?",
      // Any changed argument would make a new password; a live one stays as it is.
      lifecycle: { ignoreChanges: "all" },
    });
    new SecretsmanagerSecretVersion(database, passwordVersion, {
      secretId: secret.id,
      secretString: random.result,
      lifecycle: { createBeforeDestroy: true },
    });
    return {
      value: random.result,
      instanceArguments: { password: random.result },
      secretArguments: (content) => ({ secretString: content }),
    };
  }

  // An ephemeral password is another one in every run. It is written to the secret once for each
  // version, and all else reads it back: whatever run stops half-way, database and secrets end up
  // with the one password that the secret holds.
  const stack = TerraformStack.of(database);
  stack.addOverride("ephemeral.aws_secretsmanager_random_password.database_master", {
    password_length: 32,
    exclude_characters: EXCLUDED_CHARACTERS,
  });
  const written = new SecretsmanagerSecretVersion(database, passwordVersion, {
    secretId: secret.id,
    secretStringWo:
      "${ephemeral.aws_secretsmanager_random_password.database_master.random_password}",
    secretStringWoVersion: settings.version,
    lifecycle: { createBeforeDestroy: true },
  });
  stack.addOverride("ephemeral.aws_secretsmanager_secret_version.database_password", {
    secret_id: written.secretId,
    version_id: written.versionId,
  });
  const value = new TerraformLocal(
    database,
    "master_password",
    "${ephemeral.aws_secretsmanager_secret_version.database_password.secret_string}",
  ).asString;
  return {
    value,
    instanceArguments: { passwordWo: value, passwordWoVersion: settings.version },
    secretArguments: (content, follows) => ({
      secretStringWo: content,
      // The provider cannot see a write-only value change: a number made of all that it depends on
      // tells it.
      secretStringWoVersion: Token.asNumber(
        Fn.parseint(Fn.substr(Fn.sha256(Fn.join(" ", [...follows, written.versionId])), 0, 7), 16),
      ),
    }),
  };
}
