import { createSocket, type Socket } from "node:dgram";
import { writeFileSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import { runInNewContext } from "node:vm";
import { gunzipSync, gzipSync } from "node:zlib";

import { EchoApi } from "../../support/docker/echo-api";
import { freePort, type Program, until } from "../../support/docker/program";
import { healthy, request, upgrade, WebImage } from "../../support/docker/web";
import { describeWith, machine, pathOf } from "../../support/machine";

const SITE = path.join(__dirname, "../../fixtures/docker/site");
const SCRIPT = `console.log("${"plue".repeat(500)}");\n`;

/** A DNS server that gives every name the address that `answer` returns, or none. */
async function nameServer(address: string, answer: () => string | undefined): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.on("message", (query, { port, address: client }) => {
    const question = query.subarray(12, query.indexOf(0, 12) + 5);
    const ip = question.readUInt16BE(question.length - 4) === 1 ? answer() : undefined;
    const header = Buffer.from([0x81, 0x80, 0, 1, 0, ip ? 1 : 0, 0, 0, 0, 0]);
    const record = Buffer.from(ip ? [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4] : []);
    const data = Buffer.from(ip ? ip.split(".").map(Number) : []);
    socket.send(
      Buffer.concat([query.subarray(0, 2), header, question, record, data]),
      port,
      client,
    );
  });
  await new Promise<void>((resolve) => socket.bind(53, address, resolve));
  return socket;
}

const { nginx, mountNamespace, networkNamespace } = machine();

describeWith([nginx])("the web image's nginx", () => {
  let image: WebImage;
  let port: number;

  beforeAll(() => {
    image = new WebImage(SITE);
    const assets = path.join(image.directory, "web/html/assets");
    writeFileSync(path.join(assets, "index-B2x_9fQa.js"), SCRIPT);
    writeFileSync(path.join(assets, "index-B2x_9fQa.js.gz"), gzipSync(SCRIPT, { level: 9 }));
    for (const name of ["plain.js", "module.mjs", "plue.webmanifest", "plain.js.map"]) {
      writeFileSync(path.join(assets, name), SCRIPT);
    }
  });

  beforeEach(async () => {
    port = await freePort();
  });

  afterAll(() => image?.remove());

  describe("with an API behind it", () => {
    let api: EchoApi;
    let web: Program;
    let webPort: number;

    beforeAll(async () => {
      api = new EchoApi(await freePort());
      webPort = await freePort();
      web = image.start({
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

    test("an error page tells no version either", async () => {
      expect((await get("/assets/none.js")).body).not.toMatch(/nginx\/\d/);
    });

    test("a browser that came by HTTP is not told to use HTTPS", async () => {
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
    const web = image.start({ PORT: `${port}` });
    await healthy(port, web);

    expect((await request(port, "/api/x")).status).toBe(404);
    expect((await request(port, "/api")).status).toBe(404);
    expect((await request(port, "/plue-config.js")).body).toContain('"/api"');

    web.signal("SIGTERM");
    expect(await web.ended).toBe(0);
  });

  describeWith([mountNamespace])("with an API that is known by name", () => {
    test("looks the name up as requests come, where resolv.conf says", async () => {
      const api = new EchoApi(await freePort());
      const zone: { address?: string } = {};
      const dns = await nameServer("127.0.0.9", () => zone.address);
      const resolvConf = path.join(image.directory, "resolv.conf");
      writeFileSync(resolvConf, "search example.com\nnameserver 127.0.0.9\noptions ndots:0\n");
      const web = image.start(
        { PORT: `${port}`, API_UPSTREAM: `http://api:${api.port}` },
        [
          ...["unshare", "--mount", "sh", "-ec"],
          `mount --bind ${resolvConf} /etc/resolv.conf
           exec setpriv --reuid=65534 --regid=65534 --clear-groups "$0"`,
        ],
        {},
      );
      await healthy(port, web);

      expect((await request(port, "/api/x")).status).toBe(502);
      zone.address = "127.0.0.1";
      // nginx keeps "no such name" for as long as the answer says, here not at all.
      expect((await request(port, "/api/x")).status).toBe(200);

      web.signal("SIGTERM");
      expect(await web.ended).toBe(0);
      dns.close();
      api.close();
    });
  });

  test("an API that is not there does not keep the page from coming", async () => {
    const web = image.start({
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
    const web = image.start({ PORT: `${port}`, API_UPSTREAM: `http://127.0.0.1:${api.port}` });
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
    const web = image.start({ PORT: `${port}`, [name]: value });

    expect(await web.ended).toBe(2);
    expect(web.output).toContain(name);
  });

  describeWith([mountNamespace])("on a read-only file system", () => {
    test("it needs one writable directory, and nothing else", async () => {
      const script = `
        mount --make-rprivate /
        mount -t tmpfs -o mode=1777 tmpfs "$TMPDIR"
        mount -o remount,bind,ro /
        ! touch "$0" 2>/dev/null || exit 9
        exec setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs \
          --bounding-set=-all "$0"`;
      const web = image.start({ PORT: `${port}` }, ["unshare", "--mount", "sh", "-ec", script], {});
      await healthy(port, web);

      expect((await request(port, "/")).status).toBe(200);

      web.signal("SIGTERM");
      expect(await web.ended).toBe(0);
    });
  });

  describeWith([networkNamespace])("for port 80, in a network of its own", () => {
    // Run the entry point as a user without any right, and once it listens, ask it for its health.
    const asNobody = (lowPort: string) =>
      image.start(
        { PORT: "80" },
        [
          "unshare",
          "--net",
          "sh",
          "-ec",
          `
          ip link set lo up
          ${lowPort}
          setpriv --reuid=65534 --regid=65534 --clear-groups "$0" & pid=$!
          while kill -0 $pid 2>/dev/null; do
            if wget -q -O - http://127.0.0.1:80/health; then kill $pid; break; fi; sleep 0.1
          done
          wait $pid`,
        ],
        {},
      );

    test("a user without the right to it learns so", async () => {
      const web = asNobody("");

      expect(await web.ended).not.toBe(0);
      expect(web.output).toContain("bind() to 0.0.0.0:80 failed (13: Permission denied)");
    });

    test("the copy of nginx that has the right, and only that, opens it", async () => {
      const web = asNobody(`
        cp ${pathOf(nginx)} "$TMPDIR/nginx-low-port"
        setcap cap_net_bind_service=+ep "$TMPDIR/nginx-low-port"
        export PATH="$TMPDIR:$PATH"`);

      expect(await web.ended).toBe(0);
      expect(web.output).toContain("ok\n");
    });
  });
});
