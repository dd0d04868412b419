import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { capture } from "../../../src/process/run";
import { describeWith, pathOf } from "../../support/machine";
import { allDocuments } from "../../support/policy-documents";
import { pythonProgram } from "../../support/programs";

// It needs pkg_resources, which later releases of setuptools warn of, or do not have.
const parliament = pythonProgram("parliament", "parliament==1.6.4", "setuptools==75.8.0");

/** Accepted findings: documents by their name without the stack, the finding, and the reason. */
const reasons: readonly (readonly [where: RegExp, finding: RegExp, reason: string])[] = [
  [/^aws_kms_key\./, /^RESOURCE_STAR: /, "in a key's policy, all objects are the key itself"],
  [
    /^aws_kms_key\./,
    /^MISMATCHED_TYPE: .*ArnLike requires a value of type Arn but given String/,
    "the context's value is a log group's ARN, and CloudWatch Logs states it so",
  ],
  [
    /^aws_kms_key\./,
    /^UNKNOWN_CONDITION_FOR_ACTION: .*kms:EncryptionContext:aws:logs:arn for action kms:DescribeKey/,
    "CloudWatch Logs states it so; nothing is lost if DescribeKey is never allowed by it",
  ],
  [
    /^(aws_iam_policy\.deploy|aws_iam_role_policy\.api_server_task_efs|deploy\.json|options\.json)/,
    /^MISMATCHED_TYPE_BUT_USABLE: .*StringEquals requires a value of type String but given Arn/,
    "the ARN is one, without a wildcard, and StringEquals compares it to the letter",
  ],
  [
    /^(aws_iam_policy|deploy\.json)/,
    /^RESOURCE_MISMATCH: elasticloadbalancing:(Create|Delete)Rule,/,
    "it expects patterns with as many slashes as the ARN; * matches slashes, too",
  ],
  [
    /^(aws_iam_policy\.deploy|(deploy|options)\.json)/,
    /^RESOURCE_MISMATCH: (ec2:Create|kms:(Create|Update)Alias|rds:StartDBInstance)/,
    "it expects all objects of an action in one statement: here each statement has its own condition",
  ],
  [
    /^(aws_iam_policy\.deploy|(deploy|options)\.json)/,
    /^MISMATCHED_TYPE_BUT_USABLE: .*StringLike requires a value of type String but given Arn/,
    "the ARN of the permissions boundary, in any account: StringLike compares it as a text",
  ],
  [
    /^(aws_iam_policy|options\.json)/,
    /^UNKNOWN_ACTION: .*elasticloadbalancing:\w*WebACL/,
    "its data is older than AWS's reference",
  ],
  [
    /^aws_iam_policy\.boundary_/,
    /^RESOURCE_(MISMATCH|STAR): /,
    "a permissions boundary allows nothing: it limits what the policies of roles allow",
  ],
  [
    /^(aws_iam_policy\.deploy|options\.json)/,
    /^RESOURCE_POLICY_PRIVILEGE_ESCALATION: /,
    "whoever deploys the bucket of access logs sets its policy and how long its objects stay",
  ],
  [
    /^(aws_iam_policy|deploy\.json)/,
    /^RESOURCE_STAR: ecs:ListTasks$/,
    "its object is a container instance, which Fargate does not have",
  ],
  [
    /^(aws_iam_policy|plan\.json)/,
    /^RESOURCE_STAR: rds:DescribeDBInstances$/,
    "the provider also asks without naming an object",
  ],
];

interface Finding {
  readonly issue: string;
  readonly detail: string | readonly (string | { readonly action: string })[];
  readonly location: { readonly filepath: string };
}

describeWith([parliament])("parliament, of all policy documents", () => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "plue-parliament-"))));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function lint(documents: Readonly<Record<string, object>>): Promise<[string, string][]> {
    const directory = mkdtempSync(join(folder, "policies-"));
    for (const [name, document] of Object.entries(documents)) {
      writeFileSync(join(directory, `${name}.json`), JSON.stringify(document));
    }
    const { stdout, stderr } = await capture(pathOf(parliament), [
      "--directory",
      directory,
      "--json",
    ]);
    if (stderr) throw new Error(stderr);
    return stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Finding)
      .map(({ issue, detail, location }) => {
        const details = [detail].flat().map((one) => (typeof one === "string" ? one : one.action));
        return [basename(location.filepath, ".json"), `${issue}: ${details.join(", ")}`];
      });
  }

  test("reports nothing without an explanation, and every explanation is needed", async () => {
    // It takes a trust policy for a permission, and misses the resource.
    const documents = allDocuments().filter(({ name }) => !name.endsWith("assume_role_policy"));
    expect(documents.length).toBeGreaterThan(40);
    const findings = await lint(
      Object.fromEntries(
        documents.map(({ name, Statement }) => [
          name.replace(" ", "~"),
          { Version: "2012-10-17", Statement },
        ]),
      ),
    );
    const explains =
      ([where, text]: (typeof reasons)[number]) =>
      ([name, finding]: [string, string]) =>
        where.test(name.replace(/^.*~/, "")) && text.test(finding);
    expect(findings.filter((one) => !reasons.some((reason) => explains(reason)(one)))).toEqual([]);
    expect(reasons.filter((reason) => !findings.some(explains(reason)))).toEqual([]);
  });

  test("finds what is wrong with a document", async () => {
    const Statement = [
      { Effect: "Allow", Action: "s3:GetObjects", Resource: "*" },
      { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::bucket" },
    ];
    const findings = await lint({ bad: { Version: "2012-10-17", Statement } });
    expect(findings.map(([, text]) => text.split(":")[0]).sort()).toEqual([
      "RESOURCE_MISMATCH",
      "UNKNOWN_ACTION",
    ]);
  });
});
