import type { Statement } from "../../../src/iam";
import { allDocuments, type Document } from "../../support/policy-documents";
import { lint, overlap } from "../../support/policy-lint";

/** Accepted findings: documents by their name without the stack, the finding, and the reason. */
const reasons: readonly (readonly [where: RegExp, finding: RegExp, reason: string])[] = [
  [
    /^aws_efs_file_system_policy\./,
    /^wildcard action \*$/,
    "it denies all that comes without TLS, whatever it is",
  ],
  [
    /^aws_s3_bucket_policy\./,
    /^wildcard action s3:\*$/,
    "it denies all that comes without TLS, whatever it is",
  ],
  [
    /^aws_kms_key\./,
    /^wildcard action kms:\*$/,
    "AWS's default statement: without it nobody but AWS's support could change the key's policy",
  ],
  [
    /^aws_kms_key\./,
    /^wildcard action kms:(GenerateDataKey|ReEncrypt)\*$/,
    "the variants of one operation, as the documents of CloudWatch Logs and SNS state them",
  ],
  [
    /^aws_kms_key\./,
    /^kms:DescribeKey does not know kms:EncryptionContext/,
    "CloudWatch Logs states it so; nothing is lost if DescribeKey is never allowed by it",
  ],
  [
    /^aws_iam_role\./,
    /^sts:AssumeRoleWithWebIdentity does not know token\.actions\.githubusercontent\.com:(aud|sub)$/,
    "the keys of a token are named after who gave it, and are in no list of AWS's",
  ],
  [
    /^(aws_iam_policy|(plan|deploy|options)\.json)/,
    /^(elasticfilesystem:Describe(FileSystems|ReplicationConfigurations)|rds:DescribeDBInstances) on all objects$/,
    "plue and the provider also ask without naming an object, and the objects' ids are AWS's own",
  ],
  [
    /^(aws_iam_policy|(plan|deploy)\.json)/,
    /^sns:(GetSubscriptionAttributes|SetSubscriptionAttributes|Unsubscribe) on all objects$/,
    "older versions of the reference do not name the topic, and without these a plan fails",
  ],
  [
    /^aws_iam_policy\.boundary_/,
    /^(wildcard action |\S+ on all objects$|elasticfilesystem:CreateFileSystem does not know )/,
    "a permissions boundary allows nothing: it limits what the policies of roles allow",
  ],
  [
    /^(aws_iam_policy|deploy\.json)/,
    /^ecs:ListTasks on all objects$/,
    "its object is a container instance, which Fargate does not have",
  ],
];

/** A document's name without its stack or folder. */
const place = ({ name }: Document) => name.replace(/^\S+ /, "");

describe("the policy documents of all stacks", () => {
  const documents = allDocuments();
  let findings: { where: string; finding: string; full: string }[];
  beforeAll(async () => {
    const found = await Promise.all(
      documents.map(async (document) =>
        (await lint(document)).map((finding) => ({
          where: place(document),
          finding,
          full: `${document.name}: ${finding}`,
        })),
      ),
    );
    findings = found.flat();
  });

  test("are found in every resource that has one", () => {
    const types = new Set(documents.map((document) => place(document).split(".")[0]));
    expect([...types].sort()).toEqual([
      "aws_efs_file_system_policy",
      "aws_iam_policy",
      "aws_iam_role",
      "aws_iam_role_policy",
      "aws_kms_key",
      "aws_s3_bucket_policy",
      "aws_sns_topic_policy",
      "deploy",
      "options",
      "plan",
      "state",
    ]);
  });

  test("name existing actions, matching resources and no wildcard, except for those with a reason", () => {
    const unexplained = findings.filter(
      ({ where, finding }) =>
        !reasons.some(([documents, pattern]) => documents.test(where) && pattern.test(finding)),
    );
    expect(unexplained.map(({ full }) => full)).toEqual([]);
  });

  test("have a finding for each reason", () => {
    const needless = reasons.filter(
      ([documents, pattern]) =>
        !findings.some(({ where, finding }) => documents.test(where) && pattern.test(finding)),
    );
    expect(needless).toEqual([]);
  });
});

describe("the lint", () => {
  const queue = "arn:aws:sqs:us-east-1:123456789012:jobs";
  const found = (statement: Partial<Statement>, name = "dev aws_iam_role_policy.a.policy") =>
    lint({ name, Statement: [{ Effect: "Allow", Resource: queue, ...statement }] });

  test("reports nothing for a correct document", async () => {
    expect(
      await found({
        Action: ["sqs:SendMessage", "SQS:receivemessage"],
        Condition: { StringEquals: { "aws:ResourceTag/Project": "plue" } },
      }),
    ).toEqual([]);
    expect(await found({ Action: "sqs:ListQueues", Resource: "*" })).toEqual([]);
  });

  test.each<[Partial<Statement>, string]>([
    [{ Action: "sqs:SendMessages" }, "unknown action sqs:SendMessages"],
    [{ Action: "sqss:SendMessage" }, "unknown action sqss:SendMessage"],
    [{ Action: "sqs:Sand*" }, "unknown action sqs:Sand*"],
    [{ Action: "sqs:Send*" }, "wildcard action sqs:Send*"],
    [{ Action: "*" }, "wildcard action *"],
    [{ NotAction: "sqs:SendMessage" }, "NotAction"],
    [{ NotResource: queue, Resource: undefined }, "NotResource"],
    [{ Action: "sqs:SendMessage", Resource: "*" }, "sqs:SendMessage on all objects"],
    [{ Action: "sns:Publish" }, "sns:Publish does not fit arn:aws:sqs:us-east-1:123456789012:jobs"],
    [
      { Action: "s3:GetObject", Resource: "arn:aws:s3:::bucket" },
      "s3:GetObject does not fit arn:aws:s3:::bucket",
    ],
    [
      { Action: "ecr:GetAuthorizationToken" },
      `ecr:GetAuthorizationToken knows no object, and is given ${queue}`,
    ],
    [
      { Action: "sqs:SendMessage", Condition: { StringEquals: { "sns:Protocol": "https" } } },
      "sqs:SendMessage does not know sns:Protocol",
    ],
    [
      { Action: "sqs:SendMessage", Condition: { StringEquals: { "aws:SorceAccount": "1" } } },
      "sqs:SendMessage does not know aws:SorceAccount",
    ],
    [{ Action: "sqs:SendMessage", Principal: "*" }, "everybody is allowed"],
    [{ Action: "sqs:SendMessage", Principal: { AWS: ["*"] } }, "everybody is allowed"],
  ])("finds the fault of %j", async (statement, finding) => {
    expect(await found(statement)).toEqual([finding]);
  });

  test.each([
    ["a*c", "abc", true],
    ["a*c", "ab", false],
    ["*/x", "y/*", true],
    ["a?c", "abc", true],
    ["role/*-plue-*", "role/*", true],
    ["role/*", "user/*", false],
    ["", "*", true],
  ])("%j and %j have a text in common: %p", (a, b, both) => {
    expect(overlap(a, b)).toBe(both);
    expect(overlap(b, a)).toBe(both);
  });
});
