import { readFileSync } from "node:fs";
import { join } from "node:path";
import { policyDocument, type PolicyStatement } from "../constructs/iam";
import { environments } from "../environments";
import { stateBackend, stateKeyOf } from "../environments/state-backend";
import { list, type PolicyDocument, type Statement } from "../iam";
import { components, names } from "../names";

/** A file of the folder `policies`, which `npm run policies` writes. */
type Purpose = "plan" | "deploy" | "state" | "options";

/**
 * The longest managed policy in characters; a role can have ten of them.
 * Source: "IAM and AWS STS quotas", IAM User Guide.
 */
const LIMIT = 6144;

/**
 * The policies of a role that plans an environment: it reads, and writes neither the state nor its lock.
 * @param options whether it also plans what is off by default
 */
export function planPolicies(environment: string, options = false): string[] {
  const others = [...stateStatements(environment), ...(options ? statementsOf("options") : [])];
  const reads = others.flatMap((statement) => {
    // Secrets with a customer key are read through Secrets Manager, which decrypts them as the caller.
    const Action = list(statement.Action).filter((action) =>
      /:(Get|List|Describe|View)|^kms:Decrypt$/.test(action),
    );
    return Action.length > 0 ? [{ ...statement, Action }] : [];
  });
  return documents(limitedTo(environment, [...statementsOf("plan"), ...reads]));
}

/**
 * The policies of a role that deploys an environment.
 * @param options whether it also deploys what is off by default
 */
export function deployPolicies(environment: string, options = false): string[] {
  return documents(
    limitedTo(environment, [
      ...statementsOf("plan"),
      ...statementsOf("deploy"),
      ...stateStatements(environment),
      ...(options ? statementsOf("options") : []),
    ]),
  );
}

/**
 * The most that a role of an environment can do, whatever its own policies allow: what the parts of the stack
 * need for this environment. No role can change roles, assume one, or read a state.
 */
export function permissionsBoundary(environment: string): string {
  const { apiServer, webApp } = settingsOf(environment) ?? {};
  const hooks = [apiServer, webApp].flatMap((service) =>
    (service?.deployment?.hooks ?? []).map(({ lambdaArn }) => lambdaArn),
  );
  const tagged = (
    actions: readonly string[],
    ...resources: readonly string[]
  ): PolicyStatement => ({
    Action: actions,
    Resource: resources,
    // Where AWS knows no tag, the object is being created, or the service does not check tags.
    Condition: { StringEqualsIfExists: { "aws:ResourceTag/Environment": environment } },
  });
  const named = (actions: readonly string[], ...ends: readonly string[]): PolicyStatement => ({
    Action: actions,
    Resource: ends.map((end) => `arn:*:${end}`),
  });
  return policyDocument(
    {
      Action: [
        "backup-storage:*",
        "cloudwatch:GetMetricData",
        "cloudwatch:PutMetricData",
        "ec2:Describe*",
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:GetAuthorizationToken",
        "ecr:GetDownloadUrlForLayer",
        "elasticloadbalancing:Describe*",
        "rds:Describe*",
        "ssmmessages:*",
        "tag:GetResources",
      ],
      Resource: "*",
    },
    named(
      ["logs:*"],
      `logs:*:*:log-group:/ecs/${environment}/*`,
      `logs:*:*:log-group:/aws/vpc/${environment}:*`,
      "logs:*:*:log-group:RDSOSMetrics:*",
    ),
    named(["secretsmanager:GetSecretValue"], `secretsmanager:*:*:secret:${environment}-plue-*`),
    named(
      ["elasticache:Connect"],
      `elasticache:*:*:serverlesscache:${environment}-plue-*`,
      `elasticache:*:*:replicationgroup:${environment}-plue-*`,
      `elasticache:*:*:user:${environment}-plue-*`,
    ),
    named(
      ["elasticloadbalancing:*"],
      ...["listener/app", "listener-rule/app", "loadbalancer/app", "targetgroup"].map(
        (type) => `elasticloadbalancing:*:*:${type}/${environment}-plue-*`,
      ),
    ),
    named(["events:*"], "events:*:*:rule/AwsBackupManagedRule*"),
    tagged(
      [
        "backup:CopyFromBackupVault",
        "backup:CopyIntoBackupVault",
        "backup:DescribeBackupVault",
        "backup:TagResource",
      ],
      "*",
    ),
    ...(hooks.length > 0 ? [{ Action: "lambda:InvokeFunction", Resource: hooks }] : []),
    tagged(
      [
        "elasticfilesystem:Backup",
        "elasticfilesystem:ClientMount",
        "elasticfilesystem:ClientWrite",
        "elasticfilesystem:CreateFileSystem",
        "elasticfilesystem:DeleteFileSystem",
        "elasticfilesystem:DescribeFileSystems",
        "elasticfilesystem:Restore",
        "elasticfilesystem:TagResource",
      ],
      "*",
    ),
    tagged(
      [
        "kms:CreateGrant",
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:GenerateDataKey*",
        "kms:ReEncrypt*",
      ],
      "*",
    ),
    tagged(
      [
        "rds:AddTagsToResource",
        "rds:CopyDBSnapshot",
        "rds:CreateDBSnapshot",
        "rds:DeleteDBInstance",
        "rds:DeleteDBSnapshot",
        "rds:ListTagsForResource",
        "rds:ModifyDBInstance",
        "rds:RestoreDBInstance*",
      ],
      ...["db", "pg", "subgrp"].map((type) => `arn:*:rds:*:*:${type}:${environment}-plue-*`),
      "arn:*:rds:*:*:db:awsbackup-*",
      "arn:*:rds:*:*:og:default:*",
      "arn:*:rds:*:*:snapshot:awsbackup:*",
    ),
  );
}

/**
 * The policy of the role that pushes the images of environments.
 * Source: "Pushing a Docker image", required IAM permissions, Amazon ECR User Guide.
 */
export function imagesPolicy(accountId: string, environments: readonly string[]): string {
  return policyDocument(
    // The login to ECR and the identity call cannot be limited to a repository.
    { Action: "ecr:GetAuthorizationToken", Resource: "*" },
    {
      Action: [
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:CompleteLayerUpload",
        "ecr:DescribeImages",
        "ecr:DescribeRepositories",
        "ecr:GetDownloadUrlForLayer",
        "ecr:InitiateLayerUpload",
        "ecr:PutImage",
        "ecr:UploadLayerPart",
      ],
      Resource: environments.flatMap((environment) =>
        components.map(
          (component) =>
            `arn:aws:ecr:*:${accountId}:repository/${names.repository(environment, component)}`,
        ),
      ),
    },
    {
      // Marks of deployed images, which make ECR keep them.
      Action: "ssm:GetParametersByPath",
      Resource: environments.map(
        (environment) => `arn:aws:ssm:*:${accountId}:parameter${names.tagParameters(environment)}`,
      ),
    },
  );
}

/** A pattern in `policies` for the objects of one environment. */
export function ofEnvironment(pattern: string, environment: string): string {
  return (
    pattern
      // dev-plue-db, dev_plue-ID, aws-waf-logs-dev-plue
      .replace(/(^|[/:]|aws-waf-logs-)\*-/g, `$1${environment}-`)
      .replace(/:\*_/g, `:${environment.replaceAll("-", "_")}_`)
      // /ecs/dev/plue-api-server, /aws/vpc/dev
      .replace(/\/(ecs|vpc|plue)\/\*/g, `/$1/${environment}`)
  );
}

/** The settings of an environment, if the project has it. */
export const settingsOf = (environment: string) =>
  environments.find(({ name }) => name === environment);

/** Statements for one environment: names and tags of the objects say which one they belong to. */
function limitedTo(environment: string, statements: readonly Statement[]): Statement[] {
  const own = (value: string) => ofEnvironment(value, environment);
  const zone = settingsOf(environment)?.domain?.hostedZoneId;
  const resources = ({ Resource }: Statement) =>
    list(Resource).flatMap((arn) =>
      arn.endsWith(":hostedzone/*") ? (zone ? [arn.replace("*", zone)] : []) : [own(arn)],
    );
  return statements
    .map((statement) => ({ ...statement, Resource: resources(statement) }))
    .filter(({ Resource }) => Resource.length > 0)
    .map((statement) => ({
      ...statement,
      ...(statement.Condition && {
        Condition: Object.fromEntries(
          Object.entries(statement.Condition).map(([operator, tests]) => [
            operator,
            Object.fromEntries(
              Object.entries(tests).map(([key, values]) => [
                key,
                /^aws:(Request|Resource)Tag\//.test(key)
                  ? environment
                  : typeof values === "string"
                    ? values
                    : values.map(own),
              ]),
            ),
          ]),
        ),
      }),
    }));
}

/** The permissions for the state of an environment, where the settings of the state backend say it is. */
function stateStatements(environment: string): Statement[] {
  const { bucket, lockTable, lockFile } = stateBackend;
  const key = `${bucket}/${stateKeyOf(settingsOf(environment) ?? { name: environment })}`;
  return statementsOf("state").flatMap((statement) => {
    const [service = ""] = list(statement.Action)[0]!.split(":");
    const isObject = list(statement.Resource).some((arn) => arn.includes("/"));
    const at = (resource: string): Statement => ({ ...statement, Resource: [resource] });
    if (service === "dynamodb") {
      const items = list(statement.Action).filter((action) => action.endsWith("Item"));
      const Resource = `arn:aws:dynamodb:*:*:table/${lockTable}`;
      return [
        { ...at(Resource), Action: list(statement.Action).filter((one) => !items.includes(one)) },
        {
          ...at(Resource),
          Action: items,
          // The lock, and the digest of the state.
          Condition: {
            "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": [key, `${key}-md5`] },
          },
        },
      ];
    }
    if (!isObject) return [at(`arn:aws:s3:::${bucket}`)];
    const lock = { ...at(`arn:aws:s3:::${key}.tflock`) };
    return [
      at(`arn:aws:s3:::${key}`),
      ...(lockFile ? [{ ...lock, Action: [...list(lock.Action), "s3:DeleteObject"] }] : []),
    ];
  });
}

function statementsOf(purpose: Purpose): readonly Statement[] {
  const file = join(process.cwd(), "policies", `${purpose}.json`);
  return (JSON.parse(readFileSync(file, "utf8")) as PolicyDocument).Statement;
}

/** Puts statements into documents, each as full as the limit allows. */
function documents(statements: readonly Statement[]): string[] {
  const filled: Statement[][] = [];
  const text = (Statement: readonly Statement[]) =>
    JSON.stringify({ Version: "2012-10-17", Statement });
  for (const statement of statements) {
    const last = filled.at(-1);
    if (last && text([...last, statement]).length <= LIMIT) last.push(statement);
    else filled.push([statement]);
  }
  return filled.map(text);
}
