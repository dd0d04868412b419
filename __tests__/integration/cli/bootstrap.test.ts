import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DynamoDBClient,
  UpdateTableCommand,
} from "@aws-sdk/client-dynamodb";
import {
  DeletePublicAccessBlockCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
  GetPublicAccessBlockCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketVersioningCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import {
  describeEmbeddedAws,
  startEmbeddedAws,
  type EmbeddedAws,
} from "../../support/embedded-aws";
import { everyCall, firstCalls, startFaultProxy, type FaultProxy } from "../../support/fault-proxy";
import { plueEnds } from "../../support/plue";

const Bucket = "plue-terraform-state";
const TableName = "terraform-state-lock";

interface Finding {
  readonly object: string;
  readonly property: string;
  readonly result: string;
}

describeEmbeddedAws("plue bootstrap", () => {
  let aws: EmbeddedAws;
  let proxy: FaultProxy;
  let folder: string;
  let env: NodeJS.ProcessEnv;
  let s3: S3Client;
  let dynamodb: DynamoDBClient;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "plue-bootstrap-"));
    aws = await startEmbeddedAws();
    proxy = await startFaultProxy(aws.endpoint, certificate(folder));
    env = {
      ...aws.env,
      // With TLS, as AWS has: over plain HTTP the policy of the bucket would refuse every request.
      AWS_ENDPOINT_URL: proxy.endpoint,
      NODE_EXTRA_CA_CERTS: join(folder, "cert.pem"),
      CDKTF_OUTDIR: join(folder, "out"),
    };
    s3 = new S3Client({ ...aws.client, forcePathStyle: true });
    dynamodb = new DynamoDBClient(aws.client);
  });

  afterAll(async () => {
    await proxy?.stop();
    await aws?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const bootstrap = async (code: number, ...args: string[]) => {
    const { stdout } = await plueEnds(code, ["bootstrap", "local", "--json", ...args], env);
    return JSON.parse(stdout) as Finding[];
  };
  const not = (result: string, findings: Finding[]) =>
    findings.filter((finding) => finding.result !== result);

  test("--check only reports what is missing", async () => {
    const findings = await bootstrap(1, "--check");
    expect(findings.map(({ object, result }) => [object, result])).toEqual([
      [`bucket ${Bucket}`, "missing"],
      [`table ${TableName}`, "missing"],
    ]);
    await expect(dynamodb.send(new DescribeTableCommand({ TableName }))).rejects.toThrow();
  });

  test("creates bucket and table with their settings, although AWS needs some seconds", async () => {
    const unavailable = {
      status: 400,
      body: JSON.stringify({
        __type: "com.amazonaws.dynamodb.v20120810#ContinuousBackupsUnavailableException",
        message: "Backups are being enabled for the table: terraform-state-lock.",
      }),
    };
    const busy = {
      status: 409,
      body: "<Error><Code>OperationAborted</Code><Message>A conflicting conditional operation is currently in progress against this resource.</Message></Error>",
    };
    const rules = [
      firstCalls(2, "UpdateContinuousBackups", unavailable),
      firstCalls(1, `PUT /${Bucket}?publicAccessBlock=`, busy),
    ];
    proxy.rule = (operation) => rules.map((rule) => rule(operation)).find(Boolean);
    await bootstrap(0);
    proxy.rule = undefined;
    const { ServerSideEncryptionConfiguration: encryption } = await s3.send(
      new GetBucketEncryptionCommand({ Bucket }),
    );
    expect(encryption?.Rules).toHaveLength(1);
    const { PublicAccessBlockConfiguration: block } = await s3.send(
      new GetPublicAccessBlockCommand({ Bucket }),
    );
    expect(block).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    });
    const { Policy } = await s3.send(new GetBucketPolicyCommand({ Bucket }));
    expect(JSON.parse(Policy!)).toMatchObject({
      Statement: [
        {
          Effect: "Deny",
          Principal: "*",
          Resource: [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`],
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
      ],
    });
    const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }));
    expect(Table).toMatchObject({
      KeySchema: [{ AttributeName: "LockID", KeyType: "HASH" }],
      BillingModeSummary: { BillingMode: "PAY_PER_REQUEST" },
      DeletionProtectionEnabled: true,
    });
    const { ContinuousBackupsDescription: backups } = await dynamodb.send(
      new DescribeContinuousBackupsCommand({ TableName }),
    );
    expect(backups?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus).toBe("ENABLED");
  });

  test("a second run changes nothing", async () => {
    proxy.operations.length = 0;
    expect(not("ok", await bootstrap(0))).toEqual([]);
    expect(proxy.operations.filter((name) => /^(PUT|POST|Update|Create)/.test(name))).toEqual([]);
  });

  test("repairs wrong settings and keeps additional ones", async () => {
    await s3.send(new DeletePublicAccessBlockCommand({ Bucket }));
    await s3.send(
      new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Suspended" } }),
    );
    const own = {
      ID: "own",
      Status: "Enabled" as const,
      Filter: { Prefix: "logs/" },
      Expiration: { Days: 3 },
    };
    await s3.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket,
        LifecycleConfiguration: { Rules: [own] },
      }),
    );
    await dynamodb.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: false }));

    expect(not("ok", await bootstrap(1, "--check")).map(({ property }) => property)).toEqual([
      "versioned",
      "not public",
      expect.stringContaining("old versions expire"),
      "deletion protection",
    ]);
    const repaired = not("ok", await bootstrap(0));
    expect(repaired).toHaveLength(4);
    expect(not("repaired", repaired)).toEqual([]);
    expect(not("ok", await bootstrap(0, "--check"))).toEqual([]);

    const { Rules } = await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
    expect(Rules).toEqual([
      expect.objectContaining({ ID: "own", Expiration: { Days: 3 } }),
      expect.objectContaining({ NoncurrentVersionExpiration: { NoncurrentDays: 90 } }),
    ]);
  });

  test("a bucket in another region is reported with its region", async () => {
    proxy.rule = everyCall(`HEAD /${Bucket}`, {
      status: 301,
      body: "",
      headers: { "x-amz-bucket-region": "eu-west-1" },
    });
    for (const command of ["bootstrap", "plan"]) {
      const { stderr } = await plueEnds(2, [command, "local"], env);
      expect(stderr).toContain(`the bucket ${Bucket} is in eu-west-1`);
      expect(stderr).toContain("PLUE_STATE_REGION=eu-west-1");
    }
    proxy.rule = undefined;
  });

  test.each([
    ["TF_WORKSPACE", () => ({ TF_WORKSPACE: "other" })],
    [
      "the one selected in the stack's directory",
      () => {
        const directory = join(folder, "out", "stacks", "local", ".terraform");
        mkdirSync(directory, { recursive: true });
        writeFileSync(join(directory, "environment"), "other");
        return {};
      },
    ],
  ])("another workspace is refused: %s", async (_, select) => {
    const { stderr } = await plueEnds(2, ["plan", "local"], { ...env, ...select() });
    expect(stderr).toContain('Terraform\'s workspace is "other"');
  });

  test("the bucket of another account is not changed", async () => {
    const before = proxy.operations.length;
    proxy.rule = everyCall(`HEAD /${Bucket}`, { status: 403, body: "" });
    const { stderr } = await plueEnds(2, ["bootstrap", "local"], env);
    proxy.rule = undefined;
    expect(stderr).toContain("another account's");
    expect(proxy.operations.slice(before).some((name) => name.startsWith("PUT"))).toBe(false);
  });
});

function certificate(folder: string): { key: string; cert: string } {
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
  const args = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", ...subject];
  execFileSync("openssl", [...args, "-keyout", key, "-out", cert], { stdio: "ignore" });
  return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
}
