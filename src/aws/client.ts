import { NodeHttpHandler } from "@smithy/node-http-handler";
import { ActionRequired } from "../process/errors";
import { proxyAgent } from "../process/proxy";
import { whyNoCredentials, withCredentials } from "./credentials";

/** Tries of a call that AWS throttles or fails, with growing pauses; the client's own default is 3. */
const MAX_ATTEMPTS = 6;

/**
 * The longest waits of one try, in milliseconds: for a connection, for an answer, and for more of it. By
 * itself the client would wait for ever for what a broken network has swallowed.
 */
const PATIENCE = {
  connectionTimeout: 10_000,
  requestTimeout: 30_000,
  throwOnRequestTimeout: true,
  socketTimeout: 30_000,
};

/** Where a call goes. */
export interface AwsTarget {
  /** Region of the service. */
  readonly region: string;
  /** @default `AWS_ENDPOINT_URL` where it is set, AWS otherwise */
  readonly endpoint?: string;
  /** @default the SDK's default credential chain */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** An environment, as far as calls that look for its objects by their names must know it. */
export interface AwsEnvironment extends AwsTarget {
  /** Name of the environment, with which its objects' names begin. */
  readonly name: string;
  /**
   * Name of the environment from whose copies this one was made, with which the names of the image
   * repositories and of the password's secret begin.
   * @default its own
   */
  readonly origin?: string;
}

interface Client {
  readonly config: { readonly credentials: () => Promise<unknown> };
  readonly middlewareStack: {
    add(
      middleware: (
        next: (args: Call) => Promise<unknown>,
        context: { clientName?: string; commandName?: string; endpoint?: string },
      ) => (args: Call) => Promise<unknown>,
      options: { step: "initialize" | "finalizeRequest"; name: string },
    ): void;
  };
}

interface Call {
  readonly request: { protocol: string; hostname: string; port?: number };
}

interface ClientConfig extends AwsTarget {
  readonly maxAttempts: number;
  readonly forcePathStyle?: boolean;
  readonly requestHandler: NodeHttpHandler;
  readonly customUserAgent: string;
}

/**
 * A client of an AWS service that follows the default credential chain, `AWS_ENDPOINT_URL` and the
 * proxy that the environment names, has patience with a busy AWS, and names the call in each error.
 * @param patience how long one try waits
 */
export function client<C>(
  Service: new (config: ClientConfig) => C,
  { region, endpoint, credentials }: AwsTarget,
  patience = PATIENCE,
): C {
  const at = endpoint ?? (process.env.AWS_ENDPOINT_URL || undefined);
  if (at !== undefined && !/^https?:\/\/[^\s/]/.test(at)) {
    throw new ActionRequired(
      `AWS_ENDPOINT_URL is "${at}", which is not a URL`,
      "Set it to a URL such as http://127.0.0.1:4566, or unset it to use AWS.",
    );
  }
  // Any of AWS's own hosts represents all of them for NO_PROXY.
  const agent = proxyAgent(at ?? `https://sts.${region}.amazonaws.com`);
  const made = new Service({
    region,
    requestHandler: new NodeHttpHandler({
      ...patience,
      ...(agent && { httpAgent: agent, httpsAgent: agent }),
    }),
    ...(endpoint && { endpoint }),
    ...(credentials && { credentials }),
    maxAttempts: MAX_ATTEMPTS,
    // CloudTrail and an embedded AWS's recording show by it which calls are plue's.
    customUserAgent: "plue",
    // A bucket's own host name exists on AWS only.
    forcePathStyle: Boolean(at ?? process.env.AWS_ENDPOINT_URL_S3),
  });
  const { config, middlewareStack } = made as unknown as Client;
  middlewareStack.add(
    (next, context) => (args) => {
      const { protocol, hostname, port } = args.request;
      context.endpoint = `${protocol}//${hostname}${port ? `:${port}` : ""}`;
      return next(args);
    },
    { step: "finalizeRequest", name: "nameEndpoint" },
  );
  middlewareStack.add(
    (next, context) => async (args) => {
      try {
        return await withCredentials(config.credentials, () => next(args));
      } catch (error) {
        if (error instanceof ActionRequired) throw error;
        const { clientName = "", commandName = "", endpoint } = context;
        const operation = `${clientName.replace(/Client$/, "")} ${commandName.replace(/Command$/, "")}`;
        const { name } = error as Error;
        const reason = name === "CredentialsProviderError" && (await whyNoCredentials(region));
        const proxy = agent?.proxy.host;
        throw Object.assign(error as Error, {
          operation,
          endpoint,
          proxy,
          ...(reason && { reason }),
        });
      }
    },
    { step: "initialize", name: "nameOperation" },
  );
  return made;
}
