import {
  CreateTagsCommand,
  CreateVpcCommand,
  DeleteVpcCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import {
  CreateFileSystemCommand,
  DeleteFileSystemCommand,
  EFSClient,
  TagResourceCommand,
} from "@aws-sdk/client-efs";
import {
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  IAMClient,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import {
  DeleteDBInstanceCommand,
  ModifyDBSnapshotAttributeCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import {
  CreateBucketCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutResourcePolicyCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { policyDocument, trustService } from "../../../src/constructs/iam";
import { embeddedAccountId } from "../../../src/embedded-aws/environment";
import type { AwsError } from "../../../src/aws/errors";
import { assume, type CiRole } from "../../support/ci-role";
import {
  describeEmbeddedAws,
  startEmbeddedAws,
  type EmbeddedAws,
} from "../../support/embedded-aws";

const trust = trustService("ecs-tasks.amazonaws.com", embeddedAccountId);
const document = policyDocument({ Action: "s3:GetObject", Resource: "*" });
const boundary = "arn:aws:iam::123456789012:policy/dev-plue-boundary";
const Bucket = "plue-terraform-state";
const stateOf = (environment: string) => `plue/${environment}/terraform.tfstate`;
const tag = (Value: string) => [{ Key: "Environment", Value }];

describeEmbeddedAws("calls with the credentials of a role", () => {
  let aws: EmbeddedAws;
  const roles = {} as Record<CiRole["kind"], EmbeddedAws["client"]>;

  beforeAll(async () => {
    aws = await startEmbeddedAws({ role: { kind: "deploy", environment: "dev" } });
    const credentialsOf = (env: Record<string, string>) => ({
      accessKeyId: env.AWS_ACCESS_KEY_ID!,
      secretAccessKey: env.AWS_SECRET_ACCESS_KEY!,
      sessionToken: env.AWS_SESSION_TOKEN!,
    });
    const plan = await assume(aws.client, { kind: "plan", environment: "dev" });
    roles.deploy = { ...aws.client, credentials: credentialsOf(aws.env) };
    roles.plan = { ...aws.client, credentials: credentialsOf(plan) };
    // Objects of two environments, which nobody with a role has made.
    const s3 = new S3Client({ ...aws.client, forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket }));
    for (const environment of ["dev", "production"]) {
      await s3.send(new PutObjectCommand({ Bucket, Key: stateOf(environment), Body: "{}" }));
      await new SecretsManagerClient(aws.client).send(
        new CreateSecretCommand({ Name: `${environment}-plue-db-connection`, SecretString: "{}" }),
      );
    }
  });
  afterAll(() => aws?.stop());

  const ec2 = () => new EC2Client(roles.deploy);
  const efs = () => new EFSClient(roles.deploy);
  const iam = () => new IAMClient(roles.deploy);
  const s3 = (role: CiRole["kind"]) => new S3Client({ ...roles[role], forcePathStyle: true });
  const secrets = (role: CiRole["kind"]) => new SecretsManagerClient(roles[role]);
  const vpc = (environment: string, client = roles.deploy) =>
    new EC2Client(client).send(
      new CreateVpcCommand({
        CidrBlock: "10.9.0.0/16",
        TagSpecifications: [{ ResourceType: "vpc", Tags: tag(environment) }],
      }),
    );
  const fileSystem = (environment: string, client = roles.deploy) =>
    new EFSClient(client).send(
      new CreateFileSystemCommand({ CreationToken: environment, Tags: tag(environment) }),
    );
  const role = (RoleName: string, PermissionsBoundary?: string) =>
    iam().send(
      new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust, PermissionsBoundary }),
    );
  const secretOf = (environment: string) =>
    new GetSecretValueCommand({ SecretId: `${environment}-plue-db-connection` });

  test.each<[string, string, () => Promise<unknown>]>([
    [
      "read another environment's secret",
      "secretsmanager:GetSecretValue",
      () => secrets("deploy").send(secretOf("production")),
    ],
    [
      "read another environment's state",
      "s3:GetObject",
      () => s3("deploy").send(new GetObjectCommand({ Bucket, Key: stateOf("production") })),
    ],
    [
      "delete another environment's database",
      "rds:DeleteDBInstance",
      () =>
        new RDSClient(roles.deploy).send(
          new DeleteDBInstanceCommand({ DBInstanceIdentifier: "production-plue-db" }),
        ),
    ],
    [
      "delete another environment's network",
      "ec2:DeleteVpc",
      async () => {
        const { Vpc } = await vpc("production", aws.client);
        return ec2().send(new DeleteVpcCommand({ VpcId: Vpc!.VpcId }));
      },
    ],
    [
      "take another environment's network by a tag",
      "ec2:CreateTags",
      async () => {
        const { Vpc } = await vpc("production", aws.client);
        return ec2().send(new CreateTagsCommand({ Resources: [Vpc!.VpcId!], Tags: tag("dev") }));
      },
    ],
    [
      "take another environment's file system by a tag",
      "elasticfilesystem:TagResource",
      async () => {
        const { FileSystemId } = await fileSystem("production-2", aws.client);
        return efs().send(new TagResourceCommand({ ResourceId: FileSystemId, Tags: tag("dev") }));
      },
    ],
    [
      "let others read a secret",
      "secretsmanager:PutResourcePolicy",
      () =>
        secrets("deploy").send(
          new PutResourcePolicyCommand({
            SecretId: "dev-plue-db-connection",
            ResourcePolicy: document,
          }),
        ),
    ],
    [
      "share a snapshot of the database",
      "rds:ModifyDBSnapshotAttribute",
      () =>
        new RDSClient(roles.deploy).send(
          new ModifyDBSnapshotAttributeCommand({
            DBSnapshotIdentifier: "dev-plue-db-final",
            AttributeName: "restore",
            ValuesToAdd: ["999999999999"],
          }),
        ),
    ],
    [
      "let others assume a role of CI",
      "iam:UpdateAssumeRolePolicy",
      () =>
        iam().send(
          new UpdateAssumeRolePolicyCommand({
            RoleName: "plue-github-deploy-dev",
            PolicyDocument: trust,
          }),
        ),
    ],
    [
      "widen the boundary",
      "iam:CreatePolicyVersion",
      () =>
        iam().send(
          new CreatePolicyVersionCommand({
            PolicyArn: boundary,
            PolicyDocument: document,
            SetAsDefault: true,
          }),
        ),
    ],
    ["create a network for another environment", "ec2:CreateVpc", () => vpc("production")],
    [
      "delete another environment's file system",
      "elasticfilesystem:DeleteFileSystem",
      async () => {
        const { FileSystemId } = await fileSystem("production", aws.client);
        return efs().send(new DeleteFileSystemCommand({ FileSystemId }));
      },
    ],
    ["create a role without the boundary", "iam:CreateRole", () => role("dev-plue-open")],
    [
      "create a role with another boundary",
      "iam:CreateRole",
      () => role("dev-plue-open", "arn:aws:iam::aws:policy/AdministratorAccess"),
    ],
    [
      "widen itself",
      "iam:PutRolePolicy",
      () =>
        iam().send(
          new PutRolePolicyCommand({
            RoleName: "plue-github-deploy-dev",
            PolicyName: "more",
            PolicyDocument: document,
          }),
        ),
    ],
    [
      "call what no stack calls",
      "sns:Publish",
      () =>
        new SNSClient(roles.deploy).send(
          new PublishCommand({ TopicArn: "arn:aws:sns:us-east-1:123456789012:x", Message: "x" }),
        ),
    ],
    [
      "write the state as the role that plans",
      "s3:PutObject",
      () => s3("plan").send(new PutObjectCommand({ Bucket, Key: stateOf("dev"), Body: "{}" })),
    ],
    [
      "read another environment's secret as the role that plans",
      "secretsmanager:GetSecretValue",
      () => secrets("plan").send(secretOf("production")),
    ],
  ])("may not %s", async (_, action, call) => {
    const error = await call().catch((found: unknown) => found as AwsError);
    expect((error as AwsError).name).toMatch(/^(AccessDenied(Exception)?|UnauthorizedOperation)$/);
    expect((error as AwsError).message).toMatch(
      new RegExp(
        `^User: arn:aws:sts::123456789012:assumed-role/plue-github-(deploy|plan)-dev/ci is not authorized to perform: ${action} on resource: \\S+ because no identity-based policy allows the ${action} action`,
      ),
    );
  });

  test("may do the same for its own environment", async () => {
    await secrets("deploy").send(secretOf("dev"));
    await secrets("plan").send(secretOf("dev"));
    await s3("plan").send(new GetObjectCommand({ Bucket, Key: stateOf("dev") }));
    await s3("deploy").send(new PutObjectCommand({ Bucket, Key: stateOf("dev"), Body: "{}" }));
    const { Vpc } = await vpc("dev");
    await ec2().send(new DeleteVpcCommand({ VpcId: Vpc!.VpcId }));
    const { FileSystemId } = await fileSystem("dev");
    await efs().send(new DeleteFileSystemCommand({ FileSystemId }));
    await role("dev-plue-bounded", boundary);
    await iam().send(
      new PutRolePolicyCommand({
        RoleName: "dev-plue-bounded",
        PolicyName: "own",
        PolicyDocument: document,
      }),
    );
  });
});
