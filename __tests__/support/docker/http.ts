import http from "node:http";

import { type Program, until } from "./program";

/** A response, with its body read. */
export interface Response {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: string;
}

const local = { host: "127.0.0.1", agent: false, maxHeaderSize: 1 << 17 };

/**
 * A request on loopback. Unlike fetch, it decompresses nothing and follows nothing.
 */
export async function request(
  port: number,
  target: string,
  { body, ...options }: http.RequestOptions & { body?: Buffer } = {},
): Promise<Response> {
  return new Promise((resolve, reject) => {
    http
      .request({ ...local, port, path: target, ...options }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString("latin1"),
          }),
        );
      })
      .on("error", reject)
      .end(body);
  });
}

/**
 * Wait until a server answers /health.
 */
export async function healthy(port: number, program: Program): Promise<void> {
  let ended = false;
  void program.ended.then(() => (ended = true));
  await until(async () => {
    if (ended) throw new Error(`It ended:\n${program.output}`);
    return request(port, "/health").then(
      ({ status }) => status === 200,
      () => false,
    );
  });
}

/**
 * Ask for an upgrade to the protocol `echo`; resolves to the protocol that was agreed on.
 */
export async function upgrade(port: number, target: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    http
      .request({
        host: "127.0.0.1",
        port,
        path: target,
        headers: { Connection: "Upgrade", Upgrade: "echo" },
      })
      .on("upgrade", (response) => resolve(response.headers.upgrade))
      .on("response", (response) => reject(new Error(`HTTP ${response.statusCode}`)))
      .on("error", reject)
      .end();
  });
}
