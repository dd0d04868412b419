import { writeFileSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import { runInNewContext } from "node:vm";
import { gunzipSync } from "node:zlib";

import { Container } from "../support/docker/container";
import { EchoApi } from "../support/docker/echo-api";
import { healthy, request, upgrade } from "../support/docker/http";
import { freePort, until } from "../support/docker/program";
import { temporaryDirectory } from "../support/docker/tools";

/** Content of the fixture's assets. */
const SCRIPT = `console.log("${"plue".repeat(500)}");\n`;

/**
 * A DNS server that gives every name the address in the file `/zone/address`, or none. It runs in a container,
 * because its port is for root alone.
 */
const NAME_SERVER = `
import pathlib, socket, sys
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind((sys.argv[1], 53))
print("ready", flush=True)
while True:
    query, client = server.recvfrom(512)
    question = query[12:query.index(0, 12) + 5]
    zone = pathlib.Path("/zone/address")
    answer = question[-4:-2] == b"\\0\\1" and zone.exists()
    record = b"\\xc0\\x0c\\0\\1\\0\\1\\0\\0\\0\\0\\0\\4" + socket.inet_aton(zone.read_text()) if answer else b""
    server.sendto(query[:2] + b"\\x81\\x80\\0\\1\\0" + bytes([answer]) + b"\\0\\0\\0\\0" + question + record, client)
`;

/** Starts the image. */
const start = (environment: Record<string, string>, run: string[] = [], network = "host") =>
  new Container("web", { environment, run, network });

describe("the web image", () => {
  let port: number;

  beforeEach(async () => {
    port = await freePort();
  });

  describe("with an API behind it", () => {
    let api: EchoApi;
    let web: Container;
    let webPort: number;

    beforeAll(async () => {
      api = new EchoApi(await freePort());
      webPort = await freePort();
      web = start({
        PORT: `${webPort}`,
        API_ENDPOINT: "https://plue.example.com/api",
        API_UPSTREAM: `http://127.0.0.1:${api.port}`,
      });
      await healthy(webPort, web);
    });

    afterAll(async () => {
      web.signal("SIGTERM");
      await web.ended;
      api.close();
    });

    const get = (target: string, options: http.RequestOptions = {}) =>
      request(webPort, target, options);

    test.each(["/", "/index.html", "/alice/repo", "/alice/repo/blob/main/README.md", "/apiary"])(
      "%s is the page, which loads its settings before its own script and is never kept",
      async (target) => {
        const { status, headers, body } = await get(target);

        expect(status).toBe(200);
        expect(headers["content-type"]).toBe("text/html; charset=utf-8");
        expect(headers["cache-control"]).toBe("no-cache");
        expect(body.match(/<script[^>]*>/g)).toEqual([
          '<script src="/plue-config.js">',
          '<script type="module" src="/assets/index-B2x_9fQa.js">',
        ]);
      },
    );

    test("the settings are a script that sets API_ENDPOINT, and are never kept", async () => {
      const { status, headers, body } = await get("/plue-config.js");

      expect(status).toBe(200);
      expect(headers["content-type"]).toMatch(/javascript/);
      expect(headers["cache-control"]).toBe("no-cache");
      const window: { PLUE_CONFIG?: unknown } = {};
      runInNewContext(body, { window });
      expect(window.PLUE_CONFIG).toEqual({ API_ENDPOINT: "https://plue.example.com/api" });
    });

    test.each([
      ["/assets/index-B2x_9fQa.js", "public, max-age=31536000, immutable"],
      ["/assets/logo-animated.svg", "no-cache"],
      ["/assets/plain.js", "no-cache"],
      ["/robots.txt", "no-cache"],
    ])("%s is kept as %s", async (target, cacheControl) => {
      const { status, headers } = await get(target);

      expect(status).toBe(200);
      expect(headers["cache-control"]).toBe(cacheControl);
    });

    test("an asset of another release is not found, rather than the page, and not kept", async () => {
      const { status, headers } = await get("/assets/index-Zz9_old1.js");

      expect(status).toBe(404);
      expect(headers["cache-control"]).toBe("no-cache");
    });

    test("a page that did not change is not sent again", async () => {
      const { headers } = await get("/");
      const again = await get("/", { headers: { "If-None-Match": headers.etag } });

      expect(again.status).toBe(304);
      expect(again.body).toBe("");
    });

    test.each([
      ["/assets/index-B2x_9fQa.js", "compressed at build"],
      ["/assets/plain.js", "compressed as it is sent"],
      ["/assets/module.mjs", "compressed as it is sent"],
    ])("%s comes compressed (%s) to who accepts it, and plain to others", async (target) => {
      const packed = await get(target, { headers: { "Accept-Encoding": "gzip" } });
      const plain = await get(target);

      expect(packed.headers["content-encoding"]).toBe("gzip");
      expect(packed.headers.vary).toBe("Accept-Encoding");
      expect(gunzipSync(Buffer.from(packed.body, "latin1")).toString()).toBe(SCRIPT);
      expect(plain.headers["content-encoding"]).toBeUndefined();
      expect(plain.body).toBe(SCRIPT);
    });

    test.each([
      ["/assets/plain.js", /^(text|application)\/javascript/],
      ["/assets/module.mjs", /^text\/javascript/],
      ["/assets/plue.webmanifest", /^application\/manifest\+json/],
      ["/assets/plain.js.map", /^application\/json/],
    ])("%s has the type that a browser takes it by", async (target, type) => {
      expect((await get(target)).headers["content-type"]).toMatch(type);
    });

    test.each(["/alice/repo", "/api/users"])(
      "%s takes headers as long as the load balancer's",
      async (target) => {
        const { status } = await get(`${target}?${"q".repeat(15_000)}`, {
          headers: { Cookie: "c".repeat(16_000), Authorization: "a".repeat(16_000) },
        });
        expect(status).toBe(200);
      },
    );

    test("an answer of the API with long headers comes through", async () => {
      expect((await get("/api/long")).headers["x-long"]).toHaveLength(30_000);
    });

    test("/health answers by itself", async () => {
      expect(await get("/health")).toMatchObject({ status: 200, body: "ok\n" });
    });

    test.each(["/", "/health", "/assets/none.js", "/api/x", "/plue-config.js"])(
      "%s has the security headers and no version of the server",
      async (target) => {
        const { headers } = await get(target, { headers: { "X-Forwarded-Proto": "https" } });

        expect(headers).toMatchObject({
          "x-content-type-options": "nosniff",
          "x-frame-options": "DENY",
          "referrer-policy": "strict-origin-when-cross-origin",
          "content-security-policy": "base-uri 'self'; object-src 'none'; frame-ancestors 'none'",
          "strict-transport-security": "max-age=31536000",
          server: "nginx",
        });
      },
    );

    test("an error page shows no version either", async () => {
      expect((await get("/assets/none.js")).body).not.toMatch(/nginx\/\d/);
    });

    test("a browser that came by HTTP gets no order to use HTTPS", async () => {
      expect((await get("/")).headers).not.toHaveProperty("strict-transport-security");
    });

    test.each(["/api", "/api/", "/api/v1/users?name=a%20b", "/api/a%2Fb"])(
      "%s reaches the API as it is",
      async (target) => {
        const { status, headers, body } = await get(target, {
          headers: { Host: "plue.example.com", "X-Forwarded-Proto": "https" },
        });

        expect(status).toBe(200);
        expect(headers["cache-control"]).toBe("private");
        expect(JSON.parse(body)).toMatchObject({
          url: target,
          headers: {
            host: "plue.example.com",
            "x-forwarded-for": "127.0.0.1",
            "x-forwarded-proto": "https",
          },
        });
      },
    );

    test("the API gets a push of many megabytes whole", async () => {
      const { status, body } = await request(webPort, "/api/push", {
        method: "POST",
        body: Buffer.alloc(5_000_000),
      });

      expect(status).toBe(200);
      expect(JSON.parse(body)).toMatchObject({ method: "POST", received: 5_000_000 });
    });

    test("a WebSocket reaches the API", async () => {
      expect(await upgrade(webPort, "/api/events")).toBe("echo");
    });

    test("requests are logged, health checks are not", async () => {
      await get("/logged-path");
      await web.printed("/logged-path");

      expect(web.output).not.toContain("/health");
    });
  });

  test("without a load balancer or an API, /api is not found, rather than the page", async () => {
    const web = start({ PORT: `${port}` });
    await healthy(port, web);

    expect((await request(port, "/api/x")).status).toBe(404);
    expect((await request(port, "/api")).status).toBe(404);
    expect((await request(port, "/plue-config.js")).body).toContain('"/api"');

    web.signal("SIGTERM");
    expect(await web.ended).toBe(0);
  });

  test("looks an API's name up as requests come, at the server of resolv.conf", async () => {
    const api = new EchoApi(await freePort());
    const zone = temporaryDirectory();
    const dns = new Container("migrate", {
      run: [
        ...["--user", "0", "--cap-add", "NET_BIND_SERVICE", "--entrypoint", "python3"],
        ...["--volume", `${zone}:/zone:ro`],
      ],
      arguments: ["-c", NAME_SERVER, "127.0.0.9"],
    });
    await dns.printed("ready");
    const resolvConf = path.join(temporaryDirectory(), "resolv.conf");
    writeFileSync(resolvConf, "search example.com\nnameserver 127.0.0.9\noptions ndots:0\n");
    const web = start({ PORT: `${port}`, API_UPSTREAM: `http://api:${api.port}` }, [
      ...["--volume", `${resolvConf}:/etc/resolv.conf:ro`],
    ]);
    await healthy(port, web);

    expect((await request(port, "/api/x")).status).toBe(502);
    writeFileSync(path.join(zone, "address"), "127.0.0.1");
    // nginx keeps "no such name" for as long as the answer allows, here not at all.
    expect((await request(port, "/api/x")).status).toBe(200);

    web.signal("SIGTERM");
    expect(await web.ended).toBe(0);
    dns.kill();
    api.close();
  });

  test("an API that is not there does not keep the page from coming", async () => {
    const web = start({
      PORT: `${port}`,
      API_UPSTREAM: `http://127.0.0.1:${await freePort()}`,
    });
    await healthy(port, web);

    expect((await request(port, "/")).status).toBe(200);
    expect((await request(port, "/api/x")).status).toBe(502);

    web.signal("SIGTERM");
    expect(await web.ended).toBe(0);
  });

  test("SIGTERM lets a request in flight end, takes no new one, and exits with 0", async () => {
    const api = new EchoApi(await freePort());
    const web = start({ PORT: `${port}`, API_UPSTREAM: `http://127.0.0.1:${api.port}` });
    await healthy(port, web);
    const slow = request(port, "/api/slow");
    await api.slowStarted;

    web.signal("SIGTERM");
    await until(() =>
      request(port, "/health").then(
        () => false,
        () => true,
      ),
    );
    api.release();

    expect((await slow).status).toBe(200);
    expect(await web.ended).toBe(0);
    api.close();
  });

  test.each([
    ["PORT", "http"],
    ["PORT", "0"],
    ["PORT", "65536"],
    ["API_ENDPOINT", "javascript:alert(1)"],
    ["API_ENDPOINT", '/api"; alert(1); "'],
    ["API_ENDPOINT", "/api</script>"],
    ["API_ENDPOINT", "/api\nx"],
    ["API_UPSTREAM", "api:8000"],
    ["API_UPSTREAM", "http://api:8000/v1"],
    ["API_UPSTREAM", "http://api:8000; return 200"],
  ])("%s=%j is refused at start, by its name", async (name, value) => {
    const web = start({ PORT: `${port}`, [name]: value });

    expect(await web.ended).toBe(2);
    expect(web.output).toContain(name);
  });

  describe("for port 80", () => {
    // In a network where no user may open it without the right to.
    const privileged = ["--sysctl", "net.ipv4.ip_unprivileged_port_start=1024"];

    test("a container without the right to it reports so", async () => {
      const web = start({ PORT: "80" }, privileged, "bridge");

      expect(await web.ended).not.toBe(0);
      expect(web.output).toMatch(/Operation not permitted|Permission denied/);
    });

    test("one with that right, and only that, opens it", async () => {
      const run = [
        ...privileged,
        "--cap-add",
        "NET_BIND_SERVICE",
        "--publish",
        `127.0.0.1:${port}:80`,
      ];
      const web = start({ PORT: "80" }, run, "bridge");
      await healthy(port, web);

      web.signal("SIGTERM");
      expect(await web.ended).toBe(0);
    });
  });

  test("two containers agree on what the page is, so that a browser's copy is valid at both", async () => {
    const other = await freePort();
    const webs = [start({ PORT: `${port}` }), start({ PORT: `${other}` })];
    await healthy(port, webs[0]!);
    await healthy(other, webs[1]!);
    const { headers } = await request(port, "/");

    for (const each of [port, other]) {
      const again = await request(each, "/", { headers: { "If-None-Match": headers.etag } });
      expect(again.status).toBe(304);
    }
    for (const web of webs) web.signal("SIGTERM");
    expect(await Promise.all(webs.map(({ ended }) => ended))).toEqual([0, 0]);
  });
});
