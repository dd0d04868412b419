import { explain, isNotServed } from "../../../src/aws/errors";
import { explainFailure } from "../../../src/terraform/failures";

const awsError = (name: string, status?: number, attempts = 1, message = "reason") =>
  Object.assign(new Error(message), {
    name,
    operation: "ECS DescribeServices",
    $metadata: { httpStatusCode: status, attempts },
  });

describe("what AWS's errors mean for the exit code", () => {
  test.each([
    ["CredentialsProviderError", undefined, 2, "found no AWS credentials"],
    ["ExpiredTokenException", 400, 2, "expired"],
    ["InvalidClientTokenId", 403, 2, "does not know these credentials"],
    ["AccessDeniedException", 400, 2, "ECS DescribeServices: reason"],
    ["ThrottlingException", 400, 1, "after 6 tries"],
    ["ServerException", 500, 1, "after 6 tries"],
  ])("%s", (name, status, exitCode, message) => {
    const error = explain(awsError(name, status, 6));
    expect(error.exitCode).toBe(exitCode);
    expect(error.message).toContain(message);
    expect(error.advice.join()).not.toBe("");
  });

  test("an expired SSO session is not reported as missing credentials", () => {
    const error = awsError("CredentialsProviderError", undefined, 1, "The SSO session has expired");
    expect(explain(error).message).toContain("expired");
  });

  test("a wrong clock is not reported as wrong credentials", () => {
    const message = "Signature expired: 20260101T000000Z is now earlier than 20260102T000000Z";
    const error = explain(awsError("SignatureDoesNotMatch", 403, 1, message));
    expect(error.message).toContain("clock");
    expect(error.exitCode).toBe(2);
  });

  test("the proxy of a call that gets no answer is named, without its password", () => {
    const error = Object.assign(new Error("connect"), { code: "ECONNREFUSED", proxy: "p:3128" });
    expect(explain(error).message).toContain("through the proxy p:3128");
    expect(explain(error).advice[0]).toContain("HTTPS_PROXY");
  });

  test("a certificate that is not trusted, with the way to trust it", () => {
    const code = "SELF_SIGNED_CERT_IN_CHAIN";
    const error = explain(Object.assign(new Error("self-signed certificate"), { code }));
    expect(error.message).toContain("no TLS connection that can be trusted to AWS");
    expect(error.advice.join()).toContain("NODE_EXTRA_CA_CERTS");
    expect(error.exitCode).toBe(2);
  });

  test("a fault of the code is not reported as the user's", () => {
    const { message, advice, exitCode } = explain(new TypeError("x is not a function"));
    expect(message).toContain("a fault of plue itself");
    expect(advice.join()).toContain("PLUE_DEBUG=1");
    expect(exitCode).toBe(1);
  });

  test("an endpoint that does not answer is named", () => {
    const error = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
    expect(explain(error).message).toContain("no answer from");
    expect(explain(error).exitCode).toBe(1);
  });

  test("a call that the endpoint does not have is distinguished from a failure", () => {
    expect(isNotServed(awsError("UnknownOperationException", 400))).toBe(true);
    expect(isNotServed(awsError("ServerException", 500))).toBe(false);
  });
});

describe("what Terraform's failures mean", () => {
  const dev = { name: "dev", stackDir: "cdktf.out/stacks/dev" };
  const failure = (output: string, command = "plan") => explainFailure(command, { output }, dev);

  test("a held lock: who, since when, how to break it", () => {
    const error = failure(`
╷
│ Error: Error acquiring the state lock
│
│ Error message: operation error DynamoDB: PutItem, ConditionalCheckFailedException
│ Lock Info:
│   ID:        1d2c-33
│   Path:      bucket/key
│   Operation: OperationTypeApply
│   Who:       ann@laptop
│   Version:   1.11.4
│   Created:   2026-01-02 03:04:05 +0000 UTC
│   Info:
╵`);
    expect(error.exitCode).toBe(2);
    expect(error.message).toBe(
      "the state of dev is locked by ann@laptop since 2026-01-02 03:04:05 +0000 UTC (OperationTypeApply)",
    );
    expect(error.advice.join("\n")).toContain("-chdir=cdktf.out/stacks/dev force-unlock 1d2c-33");
  });

  test("variables without a value: which, and where to give it", () => {
    const error = failure(`
Error: No value for required variable
  on cdk.tf.json line 9:
The root module input variable "certificate_arn" is not set, and has no
default value.
Error: No value for required variable
The root module input variable "sns_alert_email" is not set, and has no`);
    expect(error.exitCode).toBe(2);
    expect(error.message).toBe("dev needs a value for certificate_arn and sns_alert_email");
    expect(error.advice.join("\n")).toContain("dev.tfvars");
  });

  test("a backend that has changed needs a person's decision", () => {
    const error = failure("Error: Backend configuration changed", "init");
    expect(error.exitCode).toBe(2);
    expect(error.advice.join("\n")).toContain("-migrate-state");
  });

  test("any other: the apply can be run again", () => {
    const error = failure("Error: creating ECS Service", "apply");
    expect(error.exitCode).toBe(1);
    expect(error.advice.join()).toContain("again");
  });
});
