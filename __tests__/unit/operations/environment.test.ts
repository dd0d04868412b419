import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEnvironment, requireTasks, runsTasks } from "../../../src/operations/environment";
import { dev } from "../../../src/environments/dev";
import { local } from "../../../src/environments/local";

describe("opening an environment", () => {
  const before = { ...process.env };
  let sts: Server;
  let folder: string;

  beforeAll(async () => {
    // The account of the credentials, as STS returns it.
    sts = createServer((_, response) =>
      response
        .writeHead(200, { "content-type": "text/xml" })
        .end(
          "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>111111111111</Account></GetCallerIdentityResult></GetCallerIdentityResponse>",
        ),
    );
    await new Promise<void>((done) => sts.listen(0, "127.0.0.1", done));
    folder = mkdtempSync(join(tmpdir(), "plue-environment-"));
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(sts.address() as AddressInfo).port}`,
      AWS_ACCESS_KEY_ID: "a",
      AWS_SECRET_ACCESS_KEY: "b",
    });
  });

  afterAll(() => {
    process.env = before;
    sts.closeAllConnections();
    sts.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("is refused with credentials of another account", async () => {
    const settings = { ...dev, accountId: "222222222222" };
    await expect(openEnvironment(settings, folder)).rejects.toMatchObject({
      exitCode: 2,
      message: "dev belongs to the account 222222222222, and these credentials to 111111111111",
    });
  });

  test("is possible in its own account, or without one", async () => {
    const settings = { ...dev, accountId: "111111111111" };
    expect((await openEnvironment(settings, folder)).accountId).toBe("111111111111");
    expect((await openEnvironment(dev, folder)).accountId).toBe("111111111111");
  });

  test("local never calls AWS without an embedded AWS", async () => {
    const endpoint = process.env.AWS_ENDPOINT_URL;
    delete process.env.AWS_ENDPOINT_URL;
    await expect(openEnvironment(local, folder)).rejects.toMatchObject({
      exitCode: 2,
      advice: [expect.stringContaining("npm run local")],
    });
    process.env.AWS_ENDPOINT_URL = endpoint;
  });
});

test.each([
  ["AWS", undefined, true],
  ["an embedded AWS with a Docker engine", "28.0.0", true],
  ["an embedded AWS without one", null, false],
])("tasks run where an engine or AWS runs them: on %s", async (_, engine, runs) => {
  const answer = JSON.stringify({ engine, urls: [], problems: [] });
  const server = createServer((request, response) =>
    request.url === "/embedded-aws/runtime"
      ? response.end(answer)
      : response.end(
          "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>1</Account></GetCallerIdentityResult></GetCallerIdentityResponse>",
        ),
  );
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const before = { ...process.env };
  const { port } = server.address() as AddressInfo;
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_ACCESS_KEY_ID: "a",
    AWS_SECRET_ACCESS_KEY: "b",
  });
  const opened = await openEnvironment(dev, tmpdir());
  process.env = before;
  server.closeAllConnections();
  server.close();
  const environment = engine === undefined ? { ...opened, embedded: undefined } : opened;
  expect(runsTasks(environment)).toBe(runs);
  const required = expect(() => requireTasks(environment));
  if (runs) required.not.toThrow();
  else required.toThrow("no Docker engine answered when it started");
});
