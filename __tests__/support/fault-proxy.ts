import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";

/** A fault that the proxy causes instead of passing the call on. */
export type Fault =
  /** Cut the connection without an answer. */
  | "cut"
  /** Answer in AWS's place. */
  | {
      readonly status: number;
      readonly body: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Pass the call on, and change the response. */
  | { readonly rewrite: (body: string) => string };

/** Decides by a call's name, such as `DescribeServices`, or for S3 `HEAD /bucket`. */
export type Rule = (operation: string) => Fault | undefined;

/** A proxy between clients and an embedded AWS. */
export interface FaultProxy {
  readonly endpoint: string;
  /** Where it passes calls on to, from now on. */
  target: string;
  /** Its rule, from now on; without one it passes everything on. */
  rule: Rule | undefined;
  /** Runs after each call, before its answer is sent; while it is set, one call runs at a time. */
  after: ((operation: string) => Promise<void>) | undefined;
  /** Names of the calls that came by, in their order. */
  readonly operations: string[];
  stop(): Promise<void>;
}

/**
 * Starts a proxy on a free port of the loopback address.
 * @param tls key and certificate, if it is to speak TLS
 */
export async function startFaultProxy(
  target: string,
  tls?: { readonly key: string; readonly cert: string },
): Promise<FaultProxy> {
  const operations: string[] = [];
  let turn: Promise<unknown> = Promise.resolve();
  const handle = async (request: IncomingMessage): Promise<Response | "cut"> => {
    const body = await read(request);
    const operation = operationOf(request, body);
    operations.push(operation);
    const fault = proxy.rule?.(operation);
    if (fault === "cut") return "cut";
    if (fault && "status" in fault) {
      const { status, headers } = fault;
      return new Response(fault.body, { status, headers });
    }
    const headers = Object.entries(request.headers).filter(
      (entry): entry is [string, string] =>
        typeof entry[1] === "string" && !/^(connection|expect|transfer-encoding)$/.test(entry[0]),
    );
    const pass = () =>
      fetch(proxy.target + request.url, {
        method: request.method,
        headers,
        body: body.length > 0 ? body : undefined,
      });
    const passAlone = async () => {
      const answer = await pass();
      await answer.clone().arrayBuffer();
      await proxy.after?.(operation);
      return answer;
    };
    let answered: Promise<Response>;
    if (proxy.after) turn = answered = turn.then(passAlone, passAlone);
    else answered = pass();
    const answer = await answered;
    return fault ? new Response(fault.rewrite(await answer.text()), answer) : answer;
  };
  const listener: RequestListener = (request, response) => {
    handle(request).then(
      async (answer) => {
        if (answer === "cut") return request.socket.destroy();
        const body = Buffer.from(await answer.arrayBuffer());
        const headers = [...answer.headers].filter(
          ([name]) => !/^(content-(length|encoding)|transfer-encoding|connection)$/.test(name),
        );
        response.writeHead(answer.status, Object.fromEntries(headers));
        return response.end(body);
      },
      () => request.socket.destroy(),
    );
  };
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  const proxy: FaultProxy = {
    endpoint: `${tls ? "https" : "http"}://127.0.0.1:${port}`,
    target,
    rule: undefined,
    after: undefined,
    operations,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  return proxy;
}

/** Faults the first calls of one name, and no later ones. */
export function firstCalls(count: number, operation: string, fault: Fault): Rule {
  let left = count;
  return (called) => (called === operation && left-- > 0 ? fault : undefined);
}

/** Faults all calls of one name. */
export function everyCall(operation: string, fault: Fault): Rule {
  return (called) => (called === operation ? fault : undefined);
}

/** Changes the JSON of the response. */
export function rewriteJson<T>(change: (body: T) => void): Fault {
  return {
    rewrite: (text) => {
      const body = JSON.parse(text) as T;
      change(body);
      return JSON.stringify(body);
    },
  };
}

async function read(request: IncomingMessage): Promise<Buffer<ArrayBuffer>> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function operationOf(request: IncomingMessage, body: Buffer): string {
  const target = request.headers["x-amz-target"];
  if (typeof target === "string") return target.split(".").at(-1)!;
  const action = new URLSearchParams(body.toString()).get("Action");
  return action ?? `${request.method} ${request.url?.replace(/\/?(\?.*)?$/, "")}`;
}
