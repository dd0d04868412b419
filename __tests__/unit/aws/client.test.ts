import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { client } from "../../../src/aws/client";
import { withCredentials } from "../../../src/aws/credentials";
import { explain } from "../../../src/aws/errors";

describe("a network that swallows what is sent", () => {
  test.each(["before it answers", "in the middle of its answer"])(
    "%s, ends in an error that is reported",
    async (when) => {
      const silent = createServer((_, response) => {
        if (when === "before it answers") return;
        response.writeHead(200, { "content-type": "text/xml", "content-length": "1000" });
        response.write("<GetCallerIdentityResponse>");
      });
      await new Promise<void>((done) => silent.listen(0, "127.0.0.1", done));
      const target = {
        region: "us-east-1",
        endpoint: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`,
        credentials: { accessKeyId: "a", secretAccessKey: "b" },
      };
      const [connectionTimeout, requestTimeout, socketTimeout] = [200, 200, 200];
      const patience = {
        connectionTimeout,
        requestTimeout,
        socketTimeout,
        throwOnRequestTimeout: true,
      };
      const error: unknown = await client(STSClient, target, patience)
        .send(new GetCallerIdentityCommand({}))
        .catch((thrown: unknown) => thrown);
      silent.closeAllConnections();
      silent.close();
      expect(explain(error).message).toMatch(/^STS GetCallerIdentity: no answer from http:\/\/127/);
    },
    30_000,
  );
});

test("credentials that are never found end a call, which names the profile", async () => {
  const never = () => new Promise<never>(() => {});
  await expect(withCredentials(never, never, 10)).rejects.toThrow(
    'the profile "default" has given no AWS credentials for 0.01 s',
  );
});

describe("a proxy that the environment names", () => {
  const before = { ...process.env };
  let proxy: Server;
  let tunnels: string[];

  beforeAll(async () => {
    proxy = createServer();
    proxy.on("connect", ({ url }, socket) => {
      tunnels.push(url!);
      socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    });
    await new Promise<void>((done) => proxy.listen(0, "127.0.0.1", done));
  });

  beforeEach(() => {
    tunnels = [];
    delete process.env.AWS_ENDPOINT_URL;
    process.env.HTTPS_PROXY = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    process.env.AWS_ACCESS_KEY_ID = "a";
    process.env.AWS_SECRET_ACCESS_KEY = "b";
  });

  afterAll(() => {
    process.env = before;
    proxy.close();
  });

  const ask = (endpoint?: string) =>
    client(STSClient, { region: "us-east-1", endpoint }).send(new GetCallerIdentityCommand({}));

  test("is gone through to AWS", async () => {
    await expect(ask()).rejects.toThrow();
    expect(new Set(tunnels)).toEqual(new Set(["sts.us-east-1.amazonaws.com:443"]));
  });

  test("is not gone through to this machine", async () => {
    await expect(ask("https://127.0.0.1:9")).rejects.toThrow(/ECONNREFUSED/);
    expect(tunnels).toEqual([]);
  });
});
