/** A command failed, and the user can read about it in one message, without a stack trace. */
export class CliError extends Error {
  /** What to do next, one line each. */
  readonly advice: readonly string[];
  /** The command's exit code. */
  readonly exitCode: number;

  /**
   * @param message what happened, to what
   * @param options advice: what to do next; exitCode: @default 1
   */
  constructor(message: string, options: { advice?: readonly string[]; exitCode?: number } = {}) {
    super(message);
    this.advice = options.advice ?? [];
    this.exitCode = options.exitCode ?? 1;
  }
}

/** Nothing was tried, or nothing more: a person must decide or provide something. Exit code 2. */
export class NeedsPerson extends CliError {
  /** @param advice what the person can do, one line each */
  constructor(message: string, ...advice: readonly string[]) {
    super(message, { advice, exitCode: 2 });
  }
}

/** The user asked to stop. Exit code 130. */
export class Interrupted extends CliError {
  /** @param left what was left, and how to go on */
  constructor(left: string) {
    super("interrupted", { advice: [left], exitCode: 130 });
  }
}

/** What AWS's clients throw, as far as this project looks into it. */
export interface AwsError extends Error {
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number };
  /** The call that failed, such as `ECS DescribeServices`: see `client`. */
  readonly operation?: string;
}

const EXPIRED = /^(ExpiredToken|ExpiredTokenException|RequestExpired|TokenRefreshRequired)$/;
const REFUSED_CREDENTIALS =
  /^(InvalidClientTokenId|UnrecognizedClientException|SignatureDoesNotMatch|InvalidAccessKeyId|AuthFailure)$/;
const DENIED = /^(AccessDenied|AccessDeniedException|UnauthorizedOperation|AuthorizationError)$/;
/** The SDK's words for an answer that is not AWS's at all. */
const UNREADABLE = /Deserialization error/;
const UNREACHABLE = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ECONNRESET|ETIMEDOUT|EPIPE|TimeoutError)$/;

/** Whether AWS says that the caller may not do this. */
export function isDenied(error: unknown): boolean {
  const { name = "", $metadata } = error as AwsError;
  return DENIED.test(name) || $metadata?.httpStatusCode === 403;
}

/** Whether AWS, or a stand-in for it, does not have this call. */
export function isNotServed(error: unknown): boolean {
  const { name = "", message, $metadata } = error as AwsError;
  return (
    /^(NotImplemented|UnknownOperationException|InvalidAction)/.test(name) ||
    [404, 501].includes($metadata?.httpStatusCode ?? 0) ||
    // An embedded AWS answers with a web page of its own.
    UNREADABLE.test(message)
  );
}

/** Says of any error what happened and what to do next. */
export function explain(error: unknown): CliError {
  if (error instanceof CliError) return error;
  const { name = "", message, code = "", $metadata, operation } = error as AwsError;
  const what = operation ? `${operation}: ` : "";
  if (EXPIRED.test(name) || /token.*expired|session.*expired/i.test(message)) {
    return new NeedsPerson(
      "your AWS credentials have expired",
      "Log in again, for example with `aws sso login`, then run the same command.",
    );
  }
  if (name === "CredentialsProviderError") {
    return new NeedsPerson(
      "found no AWS credentials",
      "Log in (`aws sso login`), set AWS_PROFILE, or run `aws configure`.",
    );
  }
  if (REFUSED_CREDENTIALS.test(name)) {
    return new NeedsPerson(
      `AWS does not know these credentials (${name})`,
      "Check AWS_PROFILE and AWS_ACCESS_KEY_ID, or log in again.",
    );
  }
  if (UNREACHABLE.test(code) || UNREACHABLE.test(name)) {
    const endpoint = process.env.AWS_ENDPOINT_URL;
    return new CliError(`${what}no answer from ${endpoint ?? "AWS"} (${code || name})`, {
      advice: [
        endpoint
          ? "AWS_ENDPOINT_URL names it: does it run? `npm run local` starts an embedded AWS."
          : "Check the network and the region, then run the same command again.",
      ],
    });
  }
  const status = $metadata?.httpStatusCode;
  if (status === undefined) return new CliError(what + message);
  if (UNREADABLE.test(message)) {
    return new CliError(`${what}the answer (HTTP ${status}) is not one of AWS`, {
      advice: ["Is a proxy in between, or does AWS_ENDPOINT_URL lead to what cannot do this?"],
    });
  }
  const tries = $metadata?.attempts ?? 1;
  const tried = tries > 1 ? `, after ${tries} tries` : "";
  if (isDenied(error)) {
    return new NeedsPerson(
      `${what}${message}`,
      "Use credentials that may do this, or ask for the permission.",
    );
  }
  return new CliError(`${what}${message} (${name}, HTTP ${status}${tried})`, {
    advice:
      status >= 500 || status === 429 || /Throttl|Rate|TooManyRequests|SlowDown/i.test(name)
        ? ["AWS is busy: wait a minute and run the same command again; nothing is lost."]
        : [],
  });
}
