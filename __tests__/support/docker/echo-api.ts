import http from "node:http";

/**
 * An API that returns the request that reached it. A path that ends in `/slow` is answered once `release` is called,
 * one that ends in `/long` with a header of 30 kB.
 */
export class EchoApi {
  release!: () => void;
  readonly slowStarted: Promise<void>;
  /** How many requests have begun whose bodies have not ended. */
  receiving = 0;
  private readonly released = new Promise<void>((resolve) => (this.release = resolve));
  private readonly server: http.Server;

  constructor(readonly port: number) {
    let started: () => void;
    this.slowStarted = new Promise((resolve) => (started = resolve));
    this.server = http.createServer({ maxHeaderSize: 1 << 17 }, (incoming, outgoing) => {
      let received = 0;
      this.receiving += 1;
      incoming.on("data", (chunk: Buffer) => (received += chunk.length));
      const answer = async () => {
        if (incoming.url?.endsWith("/slow")) {
          started();
          await this.released;
        }
        outgoing.setHeader("Cache-Control", "private");
        if (incoming.url?.endsWith("/long")) outgoing.setHeader("X-Long", "x".repeat(30_000));
        const { method, url, headers } = incoming;
        outgoing.end(JSON.stringify({ method, url, headers, received }));
      };
      incoming.on("end", () => {
        this.receiving -= 1;
        void answer();
      });
    });
    this.server.on("upgrade", (_incoming, socket) => {
      socket.end(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n",
      );
    });
    this.server.listen(port, "127.0.0.1");
  }

  /** Stop it, whatever is under way. */
  close(): void {
    this.release();
    this.server.closeAllConnections();
    this.server.close();
  }
}
