import { ActionRequired, explainFileError, PlueError } from "../process/errors";

/** The errors of AWS's clients, as far as this project uses them. */
export interface AwsError extends Error {
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
  /** Why a profile gives no credentials: see `client`. */
  readonly reason?: string;
  /** The call that failed, such as `ECS DescribeServices`: see `client`. */
  readonly operation?: string;
  /** Where the call went, such as `https://ecs.us-east-1.amazonaws.com`: see `client`. */
  readonly endpoint?: string;
  /** Host of the proxy that the call went through: see `client`. */
  readonly proxy?: string;
}

const EXPIRED = /^(ExpiredToken|ExpiredTokenException|RequestExpired|TokenRefreshRequired)$/;
const REFUSED_CREDENTIALS =
  /^(InvalidClientTokenId|UnrecognizedClientException|SignatureDoesNotMatch|InvalidAccessKeyId|AuthFailure)$/;
const DENIED = /^(AccessDenied|AccessDeniedException|UnauthorizedOperation|AuthorizationError)$/;
/** AWS's words where this machine's clock is more than some minutes wrong. */
const SKEWED = /^RequestTimeTooSkewed$|Signature (expired|not yet current)/;
/** The SDK's words for an answer that is not AWS's at all. */
const UNREADABLE = /Deserialization error/;
/** Node.js's codes where it does not trust the other side of a TLS connection, or that speaks no TLS. */
const UNTRUSTED = /^(CERT_\w+|\w*SELF_SIGNED_CERT\w*|UNABLE_TO_\w+|ERR_TLS_\w+|EPROTO)$/;
const UNREACHABLE = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ECONNRESET|ETIMEDOUT|EPIPE|TimeoutError)$/;

/** The region of the bucket that a call went to in another one; undefined for other errors. */
export function regionOfBucket(error: unknown): string | undefined {
  return (error as AwsError).$response?.headers?.["x-amz-bucket-region"];
}

/**
 * The result of a call; undefined where AWS answers that the object does not exist.
 * @param missing names of the errors that mean this
 */
export async function unlessMissing<T>(
  call: () => Promise<T>,
  missing = /NotFound/,
): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (missing.test((error as AwsError).name)) return undefined;
    throw error;
  }
}

/** Names of the errors by which AWS's services say that an object does not exist. */
export const MISSING =
  /NotFound|NoSuch|Nonexistent|does not exist|^(InvalidAllocationID|InvalidResourceId)/i;

/** Tests whether AWS denies the caller this. */
export function isDenied(error: unknown): boolean {
  const { name = "", $metadata } = error as AwsError;
  return DENIED.test(name) || $metadata?.httpStatusCode === 403;
}

/** Tests whether AWS, or an embedded AWS, does not have this call. */
export function isNotServed(error: unknown): boolean {
  const { name = "", message, $metadata } = error as AwsError;
  return (
    /^(NotImplemented|UnknownOperationException|InvalidAction)/.test(name) ||
    [404, 501].includes($metadata?.httpStatusCode ?? 0) ||
    // An embedded AWS answers with a web page of its own.
    UNREADABLE.test(message)
  );
}

/** Explains any error: what happened and what to do next. */
export function explain(error: unknown): PlueError {
  // bin/load.js throws the same without the class.
  if (error instanceof PlueError || (error as PlueError).advice) return error as PlueError;
  const { name = "", message, code = "", $metadata, operation, reason, proxy } = error as AwsError;
  const ofFile = explainFileError(error, operation && process.env.AWS_WEB_IDENTITY_TOKEN_FILE);
  if (ofFile !== undefined && operation !== undefined) {
    return new ActionRequired(
      `found no AWS credentials that can be used: ${ofFile.message}`,
      "Correct AWS_WEB_IDENTITY_TOKEN_FILE, AWS_CONFIG_FILE or AWS_SHARED_CREDENTIALS_FILE, or log in.",
    );
  }
  if (ofFile !== undefined) return ofFile;
  const what = operation ? `${operation}: ` : "";
  if (EXPIRED.test(name) || /token.*expired|session.*expired/i.test(message)) {
    return new ActionRequired(
      "your AWS credentials have expired",
      "Log in again, for example with `aws sso login`, then run the same command.",
    );
  }
  if (name === "CredentialsProviderError") {
    // With credentials that are there and cannot be used, the SDK's message has the reason.
    const none = /^Could not load credentials from any providers/.test(message);
    return new ActionRequired(
      reason ??
        (none
          ? "found no AWS credentials"
          : `found no AWS credentials that can be used: ${message}`),
      /multi-factor|MFA/i.test(message)
        ? "Start a session with your MFA code (`aws sts get-session-token`, or a tool such as aws-vault) and use its credentials."
        : "Log in (`aws sso login`), set AWS_PROFILE, or run `aws configure`.",
    );
  }
  if (code === "ERR_INVALID_URL") {
    const { input } = error as { input?: string };
    return new ActionRequired(
      `"${input}" is not a URL`,
      "Correct AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_SERVICE, endpoint_url in the AWS configuration, or HTTPS_PROXY.",
    );
  }
  if (code === "ERR_INVALID_CHAR") {
    return new ActionRequired(
      "the AWS credentials contain a character that no key has, such as a line break",
      "Correct AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN or the credentials file.",
    );
  }
  if (SKEWED.test(name) || SKEWED.test(message)) {
    return new ActionRequired(
      `this machine's clock differs from AWS's: ${message}`,
      "Set the clock, then run the same command again.",
    );
  }
  if (REFUSED_CREDENTIALS.test(name)) {
    return new ActionRequired(
      `AWS does not know these credentials (${name})`,
      "Check AWS_PROFILE and AWS_ACCESS_KEY_ID, or log in again.",
    );
  }
  const tries = $metadata?.attempts ?? 1;
  const tried = tries > 1 ? `, after ${tries} tries` : "";
  if (UNREACHABLE.test(code) || UNREACHABLE.test(name)) {
    const { endpoint = "AWS" } = error as AwsError;
    const isAws = endpoint === "AWS" || /\.amazonaws\.com(\.cn)?$/.test(endpoint);
    const from = `${endpoint}${proxy ? `, through the proxy ${proxy}` : ""}`;
    return new PlueError(`${what}no answer from ${from} (${code || name}${tried})`, {
      advice: [
        ...(proxy ? ["Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY."] : []),
        isAws
          ? "Check the network and the region, then run the same command again."
          : "AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_SERVICE or the AWS configuration names it. Check that it runs; `npm run local` starts an embedded AWS.",
      ],
    });
  }
  if (UNTRUSTED.test(code)) {
    const { endpoint = "AWS" } = error as AwsError;
    return new ActionRequired(
      `${what}no TLS connection that can be trusted to ${endpoint} (${code})`,
      "If a proxy here signs with a certificate of its own, let NODE_EXTRA_CA_CERTS name the file that has it.",
      "Correct AWS_ENDPOINT_URL or HTTPS_PROXY if one of them names a server without TLS.",
    );
  }
  const status = $metadata?.httpStatusCode;
  const ofFetch = message === "fetch failed";
  if (status === undefined && /^(Type|Range|Reference|Syntax)Error$/.test(name) && !ofFetch) {
    return new PlueError(`${what}this is a fault of plue itself: ${name}: ${message}`, {
      advice: ["Report it with what the same command prints with PLUE_DEBUG=1."],
      cause: error,
    });
  }
  if (status === undefined) return new PlueError(what + message);
  if (UNREADABLE.test(message)) {
    return new PlueError(`${what}the answer (HTTP ${status}) does not come from AWS`, {
      advice: ["Check for a proxy in between, and that AWS_ENDPOINT_URL names what can do this."],
    });
  }
  if (isDenied(error)) {
    return new ActionRequired(
      `${what}${message}`,
      "Use credentials that may do this, or ask for the permission.",
    );
  }
  return new PlueError(`${what}${message} (${name}, HTTP ${status}${tried})`, {
    advice:
      status >= 500 || status === 429 || /Throttl|Rate|TooManyRequests|SlowDown/i.test(name)
        ? ["AWS is busy: wait a minute and run the same command again; nothing is lost."]
        : [],
  });
}
