import { decide, type Request } from "../../../scripts/policies/decide";
import { list, type PolicyDocument } from "../../../src/iam";
import { permissionsBoundary } from "../../../src/stack/github-policies";
import {
  account,
  arnOf,
  documentsOf,
  region,
  templates,
  type Document,
} from "../../support/policy-documents";

const all = templates();
const { github: githubTemplate, ...environmentTemplates } = all;

/** The policy documents of a stack, ready for questions. */
function permissionsOf(stack: string) {
  const template = all[stack]!;
  const documents = documentsOf(stack, template);
  const of = (role: string) => (document: Document) =>
    document.owner === `aws_iam_role.${role}` && !document.name.endsWith("assume_role_policy");
  const named = (address: string) =>
    documents.filter(({ name }) => name.startsWith(`${stack} ${address}.`));
  const roles = Object.keys(template.resource.aws_iam_role as object);
  return {
    roles,
    arn: (address: string) => arnOf(address, template),
    /** The permissions in the policies of a role. */
    role: (role: string, request: Request) => {
      if (!roles.includes(role)) throw new Error(`${stack} has no role ${role}`);
      return decide(documents.filter(of(role)), request);
    },
    /** The permissions in the policy of a resource, or in the trust policy of a role. */
    object: (address: string, request: Request) => {
      const found = named(address);
      if (found.length === 0) throw new Error(`${stack} has no document of ${address}`);
      return decide(found, request);
    },
  };
}

const other = "999999999999";

describe.each(Object.keys(environmentTemplates))("in %s", (name) => {
  const { roles, arn, role, object } = permissionsOf(name);
  const tasks = ["api_server", "web_app", "db_migrate"];
  const trustedService: Record<string, string> = {
    backup: "backup.amazonaws.com",
    database_monitoring: "monitoring.rds.amazonaws.com",
    network_flow_log: "vpc-flow-logs.amazonaws.com",
    ...Object.fromEntries(
      tasks.flatMap((task) => [
        [`${task}_task`, "ecs-tasks.amazonaws.com"],
        [`${task}_task_execution`, "ecs-tasks.amazonaws.com"],
      ]),
    ),
  };

  // AWS documents no condition on the account for these services.
  const sendNoAccount = ["backup.amazonaws.com", "ecs.amazonaws.com"];

  test.each(roles)("%s can be assumed only by its service, for this account", (one) => {
    const take = (principal: Request["principal"], sourceAccount = account) =>
      object(`aws_iam_role.${one}`, {
        principal,
        action: "sts:AssumeRole",
        context: { "aws:SourceAccount": sourceAccount },
      });
    expect(trustedService).toHaveProperty(one);
    expect(take({ Service: trustedService[one] })).toBe("allowed");
    expect(take({ Service: trustedService[one] }, other)).toBe(
      sendNoAccount.includes(trustedService[one]!) ? "allowed" : "not allowed",
    );
    expect(take({ Service: "ec2.amazonaws.com" })).toBe("not allowed");
    expect(take({ AWS: `arn:aws:iam::${account}:role/admin` })).toBe("not allowed");
  });

  test.each(roles)(
    "%s can assume no other role, and change no permissions or data of others",
    (one) => {
      for (const [action, resource] of [
        ["sts:AssumeRole", `arn:aws:iam::${account}:role/admin`],
        ["iam:PassRole", `arn:aws:iam::${account}:role/admin`],
        ["iam:CreateAccessKey", `arn:aws:iam::${account}:user/admin`],
        ["s3:GetObject", "arn:aws:s3:::plue-terraform-state/plue/dev/terraform.tfstate"],
        [
          "secretsmanager:GetSecretValue",
          `arn:aws:secretsmanager:${region}:${account}:secret:x-AbCdEf`,
        ],
        ["rds:DeleteDBInstance", `arn:aws:rds:${region}:${account}:db:${name}-plue-db`],
        ["ecr:PutImage", arn("aws_ecr_repository.ecr_api_server")],
      ] as const) {
        expect([action, role(one, { action, resource })]).toEqual([action, "not allowed"]);
      }
    },
  );

  test("the API server mounts the repositories only through its access point", () => {
    const mount = (action: string, accessPoint?: string) =>
      role("api_server_task", {
        action: `elasticfilesystem:${action}`,
        resource: arn("aws_efs_file_system.storage_main"),
        context: accessPoint ? { "elasticfilesystem:AccessPointArn": accessPoint } : {},
      });
    const own = arn("aws_efs_access_point.storage_git_repos");
    expect(mount("ClientMount", own)).toBe("allowed");
    expect(mount("ClientWrite", own)).toBe("allowed");
    expect(mount("ClientRootAccess", own)).toBe("not allowed");
    expect(mount("ClientMount", own.replace(/fsap-\w+/, "fsap-other"))).toBe("not allowed");
    expect(mount("ClientMount")).toBe("not allowed");
  });

  test("the file system denies all access without TLS", () => {
    const mount = (tls: boolean) =>
      object("aws_efs_file_system_policy.storage_main", {
        principal: { AWS: `arn:aws:iam::${account}:role/${name}-plue-api-server-task` },
        action: "elasticfilesystem:ClientMount",
        resource: arn("aws_efs_file_system.storage_main"),
        context: { "aws:SecureTransport": String(tls) },
      });
    expect(mount(false)).toBe("denied");
    // Whatever is not denied needs a permission in the role's own policy.
    expect(mount(true)).toBe("not allowed");
  });

  test.each(tasks)("ECS pulls the image of %s and writes its log, and no other's", (task) => {
    for (const one of tasks) {
      const mine = one === task ? "allowed" : "not allowed";
      const log = `${arn(`aws_cloudwatch_log_group.${one}`)}:log-stream:ecs/a/b`;
      const of = (action: string, resource: string) =>
        role(`${task}_task_execution`, { action, resource });
      expect(of("ecr:BatchGetImage", arn(`aws_ecr_repository.ecr_${one}`))).toBe(mine);
      expect(of("logs:PutLogEvents", log)).toBe(mine);
      expect(of("logs:DeleteLogGroup", arn(`aws_cloudwatch_log_group.${one}`))).toBe("not allowed");
    }
    expect(role(`${task}_task_execution`, { action: "ecr:GetAuthorizationToken" })).toBe("allowed");
  });

  test("only API server and migration read the connection secret, and nobody reads the master password", () => {
    const secrets = Object.keys(all[name]!.resource.aws_secretsmanager_secret as object);
    expect(secrets).toContain("database_connection");
    for (const task of tasks) {
      for (const secret of secrets) {
        const may = secret === "database_connection" && task !== "web_app";
        const request = {
          action: "secretsmanager:GetSecretValue",
          resource: arn(`aws_secretsmanager_secret.${secret}`),
        };
        expect(role(`${task}_task_execution`, request)).toBe(may ? "allowed" : "not allowed");
        expect(role(`${task}_task`, request)).toBe("not allowed");
      }
    }
  });

  if (all[name]!.resource.aws_sns_topic_policy) {
    test("the topic accepts only alarms of this environment", () => {
      const publish = (alarm: string, service = "cloudwatch.amazonaws.com", of = account) =>
        object("aws_sns_topic_policy.alerts", {
          principal: { Service: service },
          action: "sns:Publish",
          resource: arn("aws_sns_topic.alerts"),
          context: { "aws:SourceArn": `arn:aws:cloudwatch:${region}:${of}:alarm:${alarm}` },
        });
      expect(publish(`${name}-plue-alb-5xx`)).toBe("allowed");
      expect(publish("qa-plue-alb-5xx")).toBe("not allowed");
      expect(publish(`${name}-plue-alb-5xx`, "cloudwatch.amazonaws.com", other)).toBe(
        "not allowed",
      );
      expect(publish(`${name}-plue-alb-5xx`, "s3.amazonaws.com")).toBe("not allowed");
    });
  }
});

describe("with every option on", () => {
  const { arn, role, object } = permissionsOf("full");

  test("the API server signs in to its own cache as its own user", () => {
    const connect = (resource: string) =>
      role("api_server_task", { action: "elasticache:Connect", resource });
    expect(connect(arn("aws_elasticache_serverless_cache.cache_main"))).toBe("allowed");
    const user = arn("aws_elasticache_user.cache_api");
    expect(connect(user)).toBe("allowed");
    expect(connect(user.replace(/:[^:]*$/, ":default"))).toBe("not allowed");
  });

  test("the key decrypts secrets for ECS only through Secrets Manager", () => {
    const decrypt = (one: string, via?: string) =>
      role(one, {
        action: "kms:Decrypt",
        resource: arn("aws_kms_key.customer_key_main"),
        context: via ? { "kms:ViaService": via } : {},
      });
    const secrets = `secretsmanager.${region}.amazonaws.com`;
    expect(decrypt("api_server_task_execution", secrets)).toBe("allowed");
    expect(decrypt("api_server_task_execution", `s3.${region}.amazonaws.com`)).toBe("not allowed");
    expect(decrypt("api_server_task_execution")).toBe("not allowed");
    expect(decrypt("web_app_task_execution", secrets)).toBe("not allowed");
  });

  test("the key serves only the log groups of this account", () => {
    const key = (principal: Request["principal"], context: Request["context"] = {}) =>
      object("aws_kms_key.customer_key_main", {
        principal,
        action: "kms:Decrypt",
        resource: arn("aws_kms_key.customer_key_main"),
        context,
      });
    const logs = (of: string) =>
      key(
        { Service: `logs.${region}.amazonaws.com` },
        {
          "kms:EncryptionContext:aws:logs:arn": `arn:aws:logs:${region}:${of}:log-group:/ecs/full`,
        },
      );
    expect(logs(account)).toBe("allowed");
    expect(logs(other)).toBe("not allowed");
    expect(key({ AWS: `arn:aws:iam::${other}:role/admin` })).toBe("not allowed");
    expect(key({ Service: "lambda.amazonaws.com" })).toBe("not allowed");
  });

  test("the bucket accepts the load balancer's logs of this account, over TLS", () => {
    const put = (key: string, { tls = true } = {}) =>
      object("aws_s3_bucket_policy.access_logs", {
        principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
        action: "s3:PutObject",
        resource: `${arn("aws_s3_bucket.access_logs")}/${key}`,
        context: { "aws:SecureTransport": String(tls) },
      });
    const key = `AWSLogs/${account}/elasticloadbalancing/a.log.gz`;
    expect(put(key)).toBe("allowed");
    expect(put(key, { tls: false })).toBe("denied");
    expect(put(`AWSLogs/${other}/a.log.gz`)).toBe("not allowed");
  });
});

describe("GitHub's roles", () => {
  const host = "token.actions.githubusercontent.com";
  const { roles, object } = permissionsOf("github");
  const documents = documentsOf("github", githubTemplate!);

  /** The permissions in a role's policies, which are attached by name. */
  const role = (one: string, action: string, resource: string, context: Request["context"] = {}) =>
    decide(
      documents.filter(({ name }) => new RegExp(`aws_iam_policy\\.${one}_\\d+\\.`).test(name)),
      { action, resource, context },
    );

  const subjects = {
    "pull request": "repo:acme/infra:pull_request",
    branch: "repo:acme/infra:ref:refs/heads/main",
    "other branch": "repo:acme/infra:ref:refs/heads/x",
    "environment dev": "repo:acme/infra:environment:dev",
    "environment production": "repo:acme/infra:environment:production",
    "other repository": "repo:evil/infra:environment:production",
    "repository of a like name": "repo:acme/infra-fork:pull_request",
  };

  test.each([
    ["plan_dev", ["pull request", "branch"]],
    ["plan_production", ["branch"]],
    ["images", ["branch"]],
    ["deploy_dev", ["environment dev"]],
    ["deploy_production", ["environment production"]],
  ])("%s can be assumed by jobs of: %j", (one, kinds) => {
    const take = (
      sub: string,
      { aud = "sts.amazonaws.com", provider = host, ref = "refs/heads/main" } = {},
    ) =>
      object(`aws_iam_role.${one}`, {
        principal: { Federated: `arn:aws:iam::${account}:oidc-provider/${provider}` },
        action: "sts:AssumeRoleWithWebIdentity",
        context: { [`${host}:sub`]: sub, [`${host}:aud`]: aud, [`${host}:ref`]: ref },
      });
    const taken = Object.entries(subjects).filter(([, sub]) => take(sub) === "allowed");
    expect(taken.map(([kind]) => kind)).toEqual(kinds);
    const [, sub] = taken[0]!;
    expect(take(sub, { aud: "https://github.com/acme" })).toBe("not allowed");
    expect(take(sub, { provider: "gitlab.com" })).toBe("not allowed");
    // The subject of a job with an environment does not contain the branch.
    if (one.startsWith("deploy")) expect(take(sub, { ref: "refs/heads/x" })).toBe("not allowed");
  });

  test("all have a test here", () => {
    expect(roles.sort()).toEqual([
      "deploy_dev",
      "deploy_production",
      "images",
      "plan_dev",
      "plan_production",
    ]);
  });

  const boundary = (environment: string) =>
    `arn:aws:iam::${account}:policy/${environment}-plue-boundary`;
  const service = (environment: string) =>
    `arn:aws:ecs:${region}:${account}:service/${environment}-plue-cluster/${environment}-plue-api-server`;
  const repository = (environment: string) =>
    `arn:aws:ecr:${region}:${account}:repository/${environment}-plue-api-server`;

  test("deploy changes its own environment's services, and no other's", () => {
    expect(role("deploy_dev", "ecs:UpdateService", service("dev"))).toBe("allowed");
    expect(role("deploy_dev", "ecs:UpdateService", service("production"))).toBe("not allowed");
    expect(role("deploy_production", "ecs:UpdateService", service("production"))).toBe("allowed");
  });

  test("deploy gives no role more permissions than the stacks do, and creates no user", () => {
    const taskRole = `arn:aws:iam::${account}:role/dev-plue-api-server-task`;
    const attach = (PolicyARN: string, to = taskRole) =>
      role("deploy_dev", "iam:AttachRolePolicy", to, {
        "iam:PolicyARN": PolicyARN,
        "iam:PermissionsBoundary": boundary("dev"),
      });
    expect(attach("arn:aws:iam::aws:policy/AdministratorAccess")).toBe("not allowed");
    expect(
      attach(
        "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole",
        `arn:aws:iam::${account}:role/dev-plue-db-monitoring`,
      ),
    ).toBe("allowed");
    const pass = (to: string, passedTo: string) =>
      role("deploy_dev", "iam:PassRole", to, { "iam:PassedToService": passedTo });
    expect(pass(taskRole, "ecs-tasks.amazonaws.com")).toBe("allowed");
    expect(pass(taskRole, "lambda.amazonaws.com")).toBe("not allowed");
    expect(pass(`arn:aws:iam::${account}:role/admin`, "ecs-tasks.amazonaws.com")).toBe(
      "not allowed",
    );
    for (const action of ["iam:CreateUser", "iam:CreateAccessKey"]) {
      expect(role("deploy_dev", action, `arn:aws:iam::${account}:user/x`)).toBe("not allowed");
    }
  });

  // Calls that a role may not make: the action, the object and the condition keys.
  const arn = (end: string) => `arn:aws:${end.replace(":", `:${region}:${account}:`)}`;
  const tag = (environment: string) => ({ "aws:ResourceTag/Environment": environment });
  const state = (environment: string) =>
    `arn:aws:s3:::plue-terraform-state/plue/${environment}/terraform.tfstate`;
  const lock = (environment: string) => ({
    "dynamodb:LeadingKeys": [`plue-terraform-state/plue/${environment}/terraform.tfstate-md5`],
  });
  const iamRole = (name: string) => `arn:aws:iam::${account}:role/${name}`;
  const bounded = { "iam:PermissionsBoundary": boundary("dev") };
  const toTasks = { "iam:PassedToService": "ecs-tasks.amazonaws.com" };
  const secret = (environment: string) =>
    arn(`secretsmanager:secret:${environment}-plue-db-connection-AbCdEf`);
  const table = arn("dynamodb:table/terraform-state-lock");
  const key = arn("kms:key/12345678-90ab-cdef-1234-567890abcdef");
  const viaRds = { "kms:ViaService": `rds.${region}.amazonaws.com` };
  const given = (environment: string) => ({ "aws:RequestTag/Environment": environment });
  const efs = arn("elasticfilesystem:file-system/fs-1");
  const scaling = arn("application-autoscaling:scalable-target/1");

  type Line = [role: string, action: string, resource: string, context: object, allowed?: object];
  const lines: Line[] = [
    // Another environment's data and secrets, and what has no name. The last column is what the role may do.
    ["deploy_dev", "secretsmanager:GetSecretValue", secret("production"), {}],
    ["deploy_dev", "s3:GetObject", state("production"), {}],
    ["deploy_dev", "s3:PutObject", state("production"), {}],
    ["deploy_dev", "dynamodb:PutItem", table, lock("production"), lock("dev")],
    ["deploy_dev", "rds:DeleteDBInstance", arn("rds:db:production-plue-db"), {}],
    [
      "deploy_dev",
      "logs:FilterLogEvents",
      arn("logs:log-group:/ecs/production/plue-api-server:*"),
      {},
    ],
    ["deploy_dev", "logs:DeleteLogGroup", arn("logs:log-group:/aws/vpc/production:*"), {}],
    ["deploy_dev", "ec2:DeleteSubnet", arn("ec2:subnet/subnet-1"), tag("production"), tag("dev")],
    ["deploy_dev", "ec2:DeleteVpc", arn("ec2:vpc/vpc-1"), {}],
    ["deploy_dev", "ec2:CreateTags", arn("ec2:security-group/sg-1"), tag("production"), tag("dev")],
    [
      "deploy_dev",
      "ec2:AuthorizeSecurityGroupIngress",
      arn("ec2:security-group/sg-1"),
      tag("production"),
      tag("dev"),
    ],
    [
      "deploy_dev",
      "elasticfilesystem:DeleteFileSystem",
      arn("elasticfilesystem:file-system/fs-1"),
      tag("production"),
      tag("dev"),
    ],
    ["deploy_dev", "kms:ScheduleKeyDeletion", key, tag("production"), tag("dev")],
    // Tags that would make objects of another environment its own.
    ["deploy_dev", "elasticfilesystem:TagResource", efs, { ...tag("production"), ...given("dev") }],
    [
      "deploy_dev",
      "elasticfilesystem:TagResource",
      efs,
      given("dev"),
      { ...given("dev"), "elasticfilesystem:CreateAction": "CreateFileSystem" },
    ],
    ...(
      [
        ["application-autoscaling:TagResource", scaling],
        ["application-autoscaling:RegisterScalableTarget", scaling],
        ["acm:AddTagsToCertificate", arn("acm:certificate/1")],
        ["backup:TagResource", arn("backup:backup-plan:1")],
        ["guardduty:TagResource", arn("guardduty:detector/1")],
        ["kms:TagResource", key],
      ] as const
    ).map(([action, resource]): Line => [
      "deploy_dev",
      action,
      resource,
      { ...tag("production"), ...given("dev") },
      given("dev"),
    ]),
    ["deploy_dev", "ec2:CreateTags", arn("ec2:vpc/vpc-1"), given("dev")],
    // Access for others.
    ["deploy_dev", "kms:PutKeyPolicy", key, {}, tag("dev")],
    ["deploy_dev", "secretsmanager:PutResourcePolicy", secret("dev"), {}],
    ["deploy_dev", "rds:ModifyDBSnapshotAttribute", arn("rds:snapshot:dev-plue-db-final"), {}],
    ["deploy_dev", "backup:PutBackupVaultAccessPolicy", arn("backup:backup-vault:dev-plue"), {}],
    ["deploy_dev", "ecr:SetRepositoryPolicy", repository("dev"), {}],
    ["deploy_dev", "elasticfilesystem:PutFileSystemPolicy", efs, tag("production"), tag("dev")],
    ["deploy_dev", "rds:ModifyDBInstance", arn("rds:db:production-plue-db"), {}],
    [
      "deploy_dev",
      "cloudwatch:DeleteAlarms",
      arn(
        "cloudwatch:alarm:TargetTracking-service/production-plue-cluster/production-plue-web-app-1",
      ),
      {},
    ],
    // Keys without the service, and grants to others than a service.
    ["deploy_dev", "kms:Decrypt", key, tag("dev"), { ...tag("dev"), ...viaRds }],
    ["deploy_dev", "kms:Decrypt", key, { ...tag("production"), ...viaRds }],
    [
      "deploy_dev",
      "kms:CreateGrant",
      key,
      { ...tag("dev"), "kms:GrantIsForAWSResource": "false" },
      { ...tag("dev"), "kms:GrantIsForAWSResource": "true" },
    ],
    // Roles of others, roles without the boundary, and its own role.
    ["deploy_dev", "iam:PassRole", iamRole("production-plue-api-server-task"), toTasks],
    ["deploy_dev", "iam:PassRole", iamRole("plue-github-deploy-production"), toTasks],
    [
      "deploy_dev",
      "iam:PassRole",
      iamRole("dev-plue-x"),
      { "iam:PassedToService": "ec2.amazonaws.com" },
    ],
    ["deploy_dev", "iam:CreateRole", iamRole("dev-plue-x"), {}, bounded],
    ["deploy_dev", "iam:PutRolePolicy", iamRole("dev-plue-x"), {}, bounded],
    [
      "deploy_dev",
      "iam:PutRolePermissionsBoundary",
      iamRole("dev-plue-x"),
      { "iam:PermissionsBoundary": "arn:aws:iam::aws:policy/AdministratorAccess" },
      bounded,
    ],
    ["deploy_dev", "iam:DeleteRolePermissionsBoundary", iamRole("dev-plue-x"), bounded],
    ["deploy_dev", "iam:PutRolePolicy", iamRole("plue-github-deploy-dev"), bounded],
    ["deploy_dev", "iam:CreatePolicyVersion", boundary("dev"), {}],
    ["deploy_dev", "iam:UpdateAssumeRolePolicy", iamRole("plue-github-deploy-production"), {}],
    ["deploy_dev", "iam:UpdateAssumeRolePolicy", iamRole("plue-github-images"), {}],
    ["deploy_dev", "sts:AssumeRole", iamRole("plue-github-deploy-production"), {}],
    ["deploy_dev", "ecs:RunTask", arn("ecs:task-definition/production-plue-db-migrate:1"), {}],
    [
      "deploy_dev",
      "ecs:RunTask",
      arn("ecs:task-definition/dev-plue-db-migrate:1"),
      { "ecs:cluster": arn("ecs:cluster/production-plue-cluster") },
      { "ecs:cluster": arn("ecs:cluster/dev-plue-cluster") },
    ],
    ["deploy_dev", "ecs:ExecuteCommand", arn("ecs:task/production-plue-cluster/1"), {}],
    ["deploy_dev", "route53:ChangeResourceRecordSets", "arn:aws:route53:::hostedzone/Z1", {}],
    // A plan changes nothing, and reads only its environment.
    ["plan_dev", "ecs:UpdateService", service("dev"), {}],
    ["plan_dev", "iam:PassRole", iamRole("dev-plue-api-server-task"), toTasks],
    ["plan_dev", "rds:ModifyDBInstance", arn("rds:db:dev-plue-db"), {}],
    ["plan_dev", "s3:PutObject", state("dev"), {}],
    ["plan_dev", "dynamodb:PutItem", table, lock("dev")],
    ["plan_dev", "s3:GetObject", state("production"), {}],
    ["plan_dev", "secretsmanager:GetSecretValue", secret("production"), {}],
    ["images", "ecr:PutImage", repository("other"), {}],
    ["images", "ecr:BatchDeleteImage", repository("dev"), {}],
    ["images", "ecs:UpdateService", service("dev"), {}],
    ["images", "secretsmanager:GetSecretValue", secret("dev"), {}],
  ];
  test.each(lines)("%s may not: %s on %s with %j", (...[one, action, resource, ...contexts]) => {
    const decisions = contexts.map((context) => role(one, action, resource, { ...context }));
    expect(decisions).toEqual(["not allowed", "allowed"].slice(0, contexts.length));
  });

  test("plan reads the state and the secrets of its environment", () => {
    for (const environment of ["dev", "production"]) {
      const plan = `plan_${environment}`;
      expect(role(plan, "s3:GetObject", state(environment))).toBe("allowed");
      expect(role(plan, "secretsmanager:GetSecretValue", secret(environment))).toBe("allowed");
    }
  });

  describe.each(Object.keys(environmentTemplates))("the permissions boundary of %s", (name) => {
    const limit = [JSON.parse(permissionsBoundary(name)) as PolicyDocument];
    const may = (action: string, resource: string, context: Request["context"] = {}) =>
      decide(limit, { action, resource, context });

    test("allows all that the roles of the stack may do", () => {
      const granted = documentsOf(name, all[name]!).filter(
        ({ owner, name: document }) =>
          owner?.startsWith("aws_iam_role.") && !document.endsWith("assume_role_policy"),
      );
      expect(granted.length).toBeGreaterThan(5);
      const beyond = granted.flatMap(({ Statement }) =>
        Statement.flatMap(({ Action, Resource }) =>
          list(Action).flatMap((action) =>
            list(Resource)
              .filter((resource) => may(action, resource) !== "allowed")
              .map((resource) => `${action} ${resource}`),
          ),
        ),
      );
      expect(beyond).toEqual([]);
    });

    test("allows no role to change roles, or to touch another environment", () => {
      for (const [action, resource, context] of [
        ["iam:CreateRole", iamRole(`${name}-plue-x`), {}],
        ["iam:PassRole", iamRole(`${name}-plue-x`), {}],
        ["sts:AssumeRole", iamRole("plue-github-deploy-production"), {}],
        ["s3:GetObject", state(name), {}],
        ["dynamodb:GetItem", table, {}],
        ["secretsmanager:GetSecretValue", secret("other"), {}],
        ["elasticfilesystem:ClientMount", arn("elasticfilesystem:file-system/fs-1"), tag("other")],
        ["kms:Decrypt", key, tag("other")],
        ["rds:CopyDBSnapshot", arn("rds:snapshot:other-plue-db-final"), tag("other")],
        ["rds:ModifyDBInstance", arn("rds:db:other-plue-db"), {}],
        ["rds:RestoreDBInstanceFromDBSnapshot", arn("rds:snapshot:other"), {}],
        ["backup:PutBackupVaultAccessPolicy", arn(`backup:backup-vault:${name}-plue`), {}],
        ["backup:DeleteRecoveryPoint", arn("backup:recovery-point:1"), {}],
        ["lambda:InvokeFunction", arn("lambda:function:other"), {}],
        ["ecs:RunTask", arn(`ecs:task-definition/${name}-plue-db-migrate:1`), {}],
      ] as const) {
        expect([action, may(action, resource, context)]).toEqual([action, "not allowed"]);
      }
    });
  });

  test("images pushes to the repositories of the stacks", () => {
    expect(role("images", "ecr:PutImage", repository("dev"))).toBe("allowed");
  });
});
