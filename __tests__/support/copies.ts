import { fork, forkable, startEmbeddedAws, type EmbeddedAws } from "./embedded-aws";

/** An embedded AWS that can be copied with everything in it, states included. */
export interface CopiedAws extends EmbeddedAws {
  /**
   * Runs something on a copy, which is thrown away when it ends. Terraform and its provider keep their
   * endpoint: the proxy sends their calls to the copy in the meantime. One copy at a time.
   * @param run gets the configuration for a client of the AWS SDK that reaches the copy
   */
  onCopy<T>(run: (client: EmbeddedAws["client"]) => Promise<T>): Promise<T>;
}

/** Starts an embedded AWS that can be copied. */
export async function startCopiedAws(): Promise<CopiedAws> {
  const aws = await startEmbeddedAws({ launcher: forkable, proxied: true });
  const proxy = aws.proxy!;
  return {
    ...aws,
    onCopy: async (run) => {
      const original = proxy.target;
      const copy = await fork(original);
      proxy.target = copy.endpoint;
      try {
        return await run({ ...aws.client, endpoint: copy.endpoint });
      } finally {
        proxy.target = original;
        copy.end();
      }
    },
  };
}
