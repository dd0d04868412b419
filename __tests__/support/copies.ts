import { embeddedAwsVariables } from "../../src/embedded-aws/environment";
import { startAwsProvider } from "./aws-provider";
import { fork, forkable, region, startEmbeddedAws, type EmbeddedAws } from "./embedded-aws";
import { startFaultProxy, type FaultProxy } from "./fault-proxy";

/** A way to one copy after another. */
export interface Lane {
  /** Its `target` is the endpoint of the copy. */
  readonly proxy: FaultProxy;
  /** Environment for Terraform, the AWS CLI and whatever else is to reach the copy. */
  readonly env: Record<string, string>;
  /** Ends the proxy and the provider. */
  stop(): Promise<void>;
}

/** Starts a proxy and a provider of its own, so that several copies can be used at once. */
export async function startLane({ endpoint, env: base }: EmbeddedAws): Promise<Lane> {
  const proxy = await startFaultProxy(endpoint);
  const env = { ...base, ...embeddedAwsVariables(proxy.endpoint, region) };
  const provider = await startAwsProvider(env);
  return {
    proxy,
    env: { ...env, ...provider.variables },
    stop: async () => {
      await provider.stop();
      await proxy.stop();
    },
  };
}

/** An embedded AWS that can be copied with everything in it, states included. */
export interface CopiedAws extends EmbeddedAws {
  /** {@link onCopy} of this one. */
  onCopy<T>(run: (client: EmbeddedAws["client"]) => Promise<T>): Promise<T>;
}

/** Starts an embedded AWS that can be copied. */
export async function startCopiedAws(): Promise<CopiedAws> {
  const aws = await startEmbeddedAws({ launcher: forkable, proxied: true });
  return { ...aws, onCopy: (run) => onCopy(aws, run) };
}

/**
 * Runs something on a copy, which is thrown away when it ends. Terraform and its provider keep their endpoint:
 * the proxy sends their calls to the copy in the meantime. One copy at a time.
 * @param aws with a proxy, and a launcher that {@link fork} can copy
 * @param run gets the configuration for a client of the AWS SDK that reaches the copy
 */
export async function onCopy<T>(
  { client, proxy }: EmbeddedAws,
  run: (client: EmbeddedAws["client"]) => Promise<T>,
): Promise<T> {
  const original = proxy!.target;
  const copy = await fork(original);
  proxy!.target = copy.endpoint;
  try {
    return await run({ ...client, endpoint: copy.endpoint });
  } finally {
    proxy!.target = original;
    copy.end();
  }
}
