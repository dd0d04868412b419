import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import {
  createServer,
  request,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { get as getSecurely } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { TLSSocket } from "node:tls";
import { ACMClient, RequestCertificateCommand } from "@aws-sdk/client-acm";
import {
  AddListenerCertificatesCommand,
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  DeregisterTargetsCommand,
  DescribeTargetHealthCommand,
  ModifyListenerCommand,
  ElasticLoadBalancingV2Client,
  ModifyLoadBalancerAttributesCommand,
  ModifyTargetGroupAttributesCommand,
  RegisterTargetsCommand,
  type Action,
  type RuleCondition,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import {
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import { CreateTopicCommand, SNSClient } from "@aws-sdk/client-sns";
import { runningAt, startServer, stopServer } from "../../../src/embedded-aws/server";
import { capture } from "../../../src/process/run";
import {
  describeEmbeddedAws,
  startEmbeddedAws,
  type EmbeddedAws,
} from "../../support/embedded-aws";
import { createNetwork } from "../../support/embedded-network";
import { machine, pathOf } from "../../support/machine";

/** Reads all of an answer. */
async function textOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** A frame of WebSocket with a short text; a client's is masked. */
function frame(text: string, masked: boolean): Buffer {
  const mask = Buffer.alloc(masked ? 4 : 0);
  return Buffer.concat([
    Buffer.from([0x81, text.length | (masked ? 0x80 : 0)]),
    mask,
    Buffer.from(text),
  ]);
}

let healthy = true;

/** The reaction of a target to a request, by the path of the request. */
async function respond(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const url = incoming.url ?? "";
  if (url === "/health") return void outgoing.writeHead(healthy ? 200 : 500).end();
  if (url === "/hang-up") return void incoming.socket.destroy();
  if (url === "/silent") return;
  if (url === "/slow") await sleep(1500);
  if (url === "/upload") {
    const hash = createHash("sha256");
    for await (const chunk of incoming) hash.update(chunk as Buffer);
    return void outgoing.end(hash.digest("hex"));
  }
  outgoing.setHeader("Content-Type", "application/json");
  outgoing.end(JSON.stringify({ url, headers: incoming.headers }));
}

const target = createServer((incoming, outgoing) => void respond(incoming, outgoing));
target.on("upgrade", (incoming: IncomingMessage, socket: Socket) => {
  const key = `${incoming.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  const accept = createHash("sha1").update(key).digest("base64");
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  socket.on("data", (data) => {
    if ((data[0]! & 0x0f) !== 1) return void socket.end();
    const [length, mask] = [data[1]! & 0x7f, data.subarray(2, 6)];
    const text = data.subarray(6, 6 + length).map((byte, index) => byte ^ mask[index % 4]!);
    socket.write(frame(`${Buffer.from(text)}, ${incoming.url}`, false));
  });
});

describeEmbeddedAws("a load balancer of the embedded AWS", () => {
  let aws: EmbeddedAws;
  let elb: ElasticLoadBalancingV2Client;
  let vpcId: string;
  let loadBalancerArn: string;
  let listenerArn: string;
  let groupArn: string;
  let url: string;
  const other: Server = createServer((_, outgoing) => outgoing.end("other"));
  const portOf = (server: Server) => (server.address() as AddressInfo).port;

  async function targetGroup(name: string, more: object = {}): Promise<string> {
    const { TargetGroups: [made] = [] } = await elb.send(
      new CreateTargetGroupCommand({
        Name: name,
        VpcId: vpcId,
        TargetType: "ip",
        Protocol: "HTTP",
        Port: 80,
        HealthCheckPath: "/health",
        HealthCheckIntervalSeconds: 5,
        HealthCheckTimeoutSeconds: 2,
        HealthyThresholdCount: 2,
        UnhealthyThresholdCount: 2,
        ...more,
      }),
    );
    return made!.TargetGroupArn!;
  }

  const register = (TargetGroupArn: string, server: Server) =>
    elb.send(
      new RegisterTargetsCommand({
        TargetGroupArn,
        Targets: [{ Id: "127.0.0.1", Port: portOf(server) }],
      }),
    );

  async function healthOf(TargetGroupArn: string): Promise<string[]> {
    const found = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
    return (found.TargetHealthDescriptions ?? []).map(
      ({ TargetHealth: health }) => `${health?.State} ${health?.Reason ?? ""}`,
    );
  }

  async function until(condition: () => Promise<boolean>): Promise<void> {
    while (!(await condition())) await sleep(100);
  }

  let priority = 0;
  const rule = (actions: Action[], ...conditions: RuleCondition[]) =>
    elb.send(
      new CreateRuleCommand({
        ListenerArn: listenerArn,
        Priority: ++priority,
        Conditions: conditions,
        Actions: actions,
      }),
    );
  const path = (...values: string[]): RuleCondition => ({
    Field: "path-pattern",
    PathPatternConfig: { Values: values },
  });
  const fixed = (body: string): Action[] => [
    {
      Type: "fixed-response",
      FixedResponseConfig: { StatusCode: "418", ContentType: "text/plain", MessageBody: body },
    },
  ];
  const get = (where: string, headers: Record<string, string> = {}) =>
    fetch(url + where, { headers, redirect: "manual" });

  beforeAll(async () => {
    for (const server of [target, other]) {
      await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    }
    aws = await startEmbeddedAws({
      launcher: join(__dirname, "../../fixtures/embedded-aws/without_engine.py"),
    });
    elb = new ElasticLoadBalancingV2Client(aws.client);
    const network = await createNetwork(aws.client);
    vpcId = network.vpcId;
    const balancers = await elb.send(
      new CreateLoadBalancerCommand({
        Name: "lb",
        Subnets: network.subnets,
        SecurityGroups: network.groups,
      }),
    );
    loadBalancerArn = balancers.LoadBalancers![0]!.LoadBalancerArn!;
    groupArn = await targetGroup("first");
    const listeners = await elb.send(
      new CreateListenerCommand({
        LoadBalancerArn: loadBalancerArn,
        Protocol: "HTTP",
        Port: 80,
        DefaultActions: [{ Type: "forward", TargetGroupArn: groupArn }],
      }),
    );
    listenerArn = listeners.Listeners![0]!.ListenerArn!;
    await until(async () => {
      const answer = await fetch(`${aws.endpoint}/embedded-aws/runtime`);
      const { urls } = (await answer.json()) as { urls: string[] };
      url = urls[0] ?? "";
      return url !== "";
    });
  });

  afterAll(async () => {
    await aws.stop();
    target.closeAllConnections();
    other.closeAllConnections();
    target.close();
    other.close();
  });

  test("answers 503 as long as no target is registered, and forwards once one is", async () => {
    const before = await get("/");
    expect([before.status, await before.text()]).toEqual([
      503,
      expect.stringContaining("503 Service Temporarily Unavailable"),
    ]);
    expect(before.headers.get("server")).toBe("awselb/2.0");
    await register(groupArn, target);
    await until(async () => (await healthOf(groupArn))[0] === "healthy ");
    expect((await get("/")).status).toBe(200);
  });

  test("passes path, query and headers on, and adds its own", async () => {
    const answer = await get("/a%20b/c?x=%2F&y", { "X-Forwarded-For": "1.2.3.4", TE: "trailers" });
    const { url: seen, headers } = (await answer.json()) as {
      url: string;
      headers: Record<string, string>;
    };
    expect(seen).toBe("/a%20b/c?x=%2F&y");
    expect(headers).toMatchObject({
      host: new URL(url).host,
      "x-forwarded-for": "1.2.3.4, 127.0.0.1",
      "x-forwarded-proto": "http",
      "x-forwarded-port": "80",
      "x-amzn-trace-id": expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/),
    });
    expect(headers.te).toBeUndefined();
  });

  test("lets the rule with the least priority decide, by path, host, header, query and method", async () => {
    await rule(fixed("path"), path("/fixed/*"));
    await rule(fixed("later"), path("/fixed/later"));
    await rule(fixed("host"), {
      Field: "host-header",
      HostHeaderConfig: { Values: ["*.example.com"] },
    });
    await rule(fixed("header"), {
      Field: "http-header",
      HttpHeaderConfig: { HttpHeaderName: "X-Kind", Values: ["te?t"] },
    });
    await rule(fixed("query"), {
      Field: "query-string",
      QueryStringConfig: { Values: [{ Key: "kind", Value: "q*" }] },
    });
    await rule(
      fixed("both"),
      { Field: "http-request-method", HttpRequestMethodConfig: { Values: ["DELETE"] } },
      path("/both"),
    );
    const answers = [
      await get("/fixed/later"),
      await get("/x", { "X-Kind": "Test" }),
      await get("/x?kind=query"),
      await fetch(`${url}/both`, { method: "DELETE" }),
      await get("/both"),
    ];
    expect(await Promise.all(answers.map(async (one) => [one.status, await one.text()]))).toEqual([
      [418, "path"],
      [418, "header"],
      [418, "query"],
      [418, "both"],
      [200, expect.any(String)],
    ]);
    // fetch sets the header Host by itself.
    const byHost = await new Promise<IncomingMessage>((done) =>
      request(url, { headers: { Host: "api.EXAMPLE.com" } }, done).end(),
    );
    expect(await textOf(byHost)).toBe("host");
  });

  test("refuses a header that is too long, as ALB does", async () => {
    expect((await get("/", { "X-Long": "a".repeat(20_000) })).status).toBe(400);
    const many = Object.fromEntries(
      [...Array(5).keys()].map((i) => [`X-${i}`, "a".repeat(15_000)]),
    );
    expect((await get("/", many)).status).toBe(400);
  });

  test("redirects with what a rule keeps of the request", async () => {
    await rule(
      [
        {
          Type: "redirect",
          RedirectConfig: {
            Protocol: "HTTPS",
            Port: "443",
            Path: "/new/#{path}",
            StatusCode: "HTTP_301",
          },
        },
      ],
      path("/old"),
    );
    const { status, headers } = await get("/old?a=b");
    expect([status, headers.get("location")]).toEqual([301, "https://127.0.0.1/new/old?a=b"]);
  });

  test("sends requests to target groups by their weights", async () => {
    const [all, none] = [await targetGroup("all"), await targetGroup("none")];
    await register(all, other);
    await register(none, target);
    await until(async () => (await healthOf(all))[0] === "healthy ");
    const weighted = [
      { TargetGroupArn: all, Weight: 1 },
      { TargetGroupArn: none, Weight: 0 },
    ];
    await rule([{ Type: "forward", ForwardConfig: { TargetGroups: weighted } }], path("/weighted"));
    for (let request = 0; request < 10; request++) {
      expect(await (await get("/weighted")).text()).toBe("other");
    }
  });

  test("passes a large upload and a WebSocket on", async () => {
    const body = Buffer.alloc(20 * 1024 * 1024, "plue");
    const uploaded = await fetch(`${url}/upload`, { method: "POST", body });
    expect(await uploaded.text()).toBe(createHash("sha256").update(body).digest("hex"));

    const socket = await new Promise<Socket>((done) =>
      request(`${url}/socket?a`, {
        headers: {
          Connection: "Upgrade",
          Upgrade: "websocket",
          "Sec-WebSocket-Key": Buffer.alloc(16).toString("base64"),
          "Sec-WebSocket-Version": "13",
        },
      })
        .on("upgrade", (_, upgraded: Socket) => done(upgraded))
        .end(),
    );
    const answered = new Promise<Buffer>((done) => socket.once("data", done));
    socket.write(frame("hello", true));
    expect(await answered).toEqual(frame("hello, /socket?a", false));
    socket.destroy();
  });

  test("answers 502 if the target hangs up, and 504 if it sends nothing for the idle timeout", async () => {
    await elb.send(
      new ModifyLoadBalancerAttributesCommand({
        LoadBalancerArn: loadBalancerArn,
        Attributes: [{ Key: "idle_timeout.timeout_seconds", Value: "2" }],
      }),
    );
    const answers = [await get("/hang-up"), await get("/silent")];
    expect(answers.map(({ status }) => status)).toEqual([502, 504]);
  });

  test("sends no request to a target that has not passed its first check", async () => {
    const group = await targetGroup("new", { UnhealthyThresholdCount: 10 });
    await rule([{ Type: "forward", TargetGroupArn: group }], path("/new"));
    healthy = false;
    await register(group, target);
    expect((await healthOf(group))[0]).toMatch(/^initial/);
    expect((await get("/new")).status).toBe(503);
    healthy = true;
    await until(async () => (await get("/new")).status === 200);
  });

  test("answers HTTPS with the certificate of the client's host name, or else the default one", async () => {
    const acm = new ACMClient(aws.client);
    const certificate = async (...names: string[]) => {
      const { CertificateArn } = await acm.send(
        new RequestCertificateCommand({
          DomainName: names[0],
          SubjectAlternativeNames: names,
          ValidationMethod: "DNS",
        }),
      );
      return { CertificateArn };
    };
    const { Listeners } = await elb.send(
      new CreateListenerCommand({
        LoadBalancerArn: loadBalancerArn,
        Protocol: "HTTPS",
        Port: 443,
        Certificates: [await certificate("plue.example.com")],
        DefaultActions: [{ Type: "forward", TargetGroupArn: groupArn }],
      }),
    );
    await elb.send(
      new AddListenerCertificatesCommand({
        ListenerArn: Listeners![0]!.ListenerArn,
        Certificates: [await certificate("example.org", "*.example.org")],
      }),
    );
    let secure = "";
    const elsewhere = async () => {
      const { urls } = await runningAt(aws.endpoint);
      const found = urls.find((one) => one.startsWith("https") && one !== secure);
      if (found) secure = found;
      return found !== undefined;
    };
    await until(elsewhere);
    const ca = readFileSync(join(aws.home, "ca.pem"));
    const ask = (host: string, servername = host) =>
      new Promise<[string, { headers: Record<string, string> }]>((done, failed) =>
        getSecurely(secure, { ca, servername, headers: { Host: host } }, (answer) => {
          const { subjectaltname } = (answer.socket as TLSSocket).getPeerCertificate();
          void textOf(answer).then((text) => done([subjectaltname!, JSON.parse(text) as never]));
        }).on("error", failed),
      );
    const [names, { headers }] = await ask("plue.example.com");
    expect(names).toBe("DNS:plue.example.com");
    expect(headers).toMatchObject({ "x-forwarded-proto": "https", "x-forwarded-port": "443" });
    expect((await ask("www.example.org"))[0]).toBe("DNS:example.org, DNS:*.example.org");
    await expect(ask("other.example")).rejects.toThrow("DNS:plue.example.com");

    const ListenerArn = Listeners![0]!.ListenerArn;
    await elb.send(new ModifyListenerCommand({ ListenerArn, Port: 8443 }));
    await until(elsewhere);
    expect((await ask("plue.example.com"))[1].headers["x-forwarded-port"]).toBe("8443");
  });

  test("notifies a topic of an event by the template of a rule", async () => {
    const events = new EventBridgeClient(aws.client);
    const { TopicArn } = await new SNSClient(aws.client).send(
      new CreateTopicCommand({ Name: "alerts" }),
    );
    const pattern = { source: ["test"], detail: { state: ["FAILED"] } };
    await events.send(new PutRuleCommand({ Name: "rule", EventPattern: JSON.stringify(pattern) }));
    const InputTransformer = {
      InputPathsMap: { service: "$.resources[0]", reason: "$.detail.reason", none: "$.detail.x.y" },
      InputTemplate: JSON.stringify("<service> stopped: <reason><none>"),
    };
    const target = { Id: "alerts", Arn: TopicArn, InputTransformer };
    await events.send(new PutTargetsCommand({ Rule: "rule", Targets: [target] }));
    const entry = (detail: object) => ({
      Source: "test",
      DetailType: "Test",
      Resources: ["api"],
      Detail: JSON.stringify(detail),
    });
    const Entries = [entry({ state: "FINE" }), entry({ state: "FAILED", reason: 'by "x"' })];
    await events.send(new PutEventsCommand({ Entries }));
    const notified = readFileSync(join(aws.home, "logs/server.log"), "utf8").match(/^Notif.*$/gm);
    expect(notified).toEqual([String.raw`Notification of alerts: "api stopped: by \"x\""`]);
  });

  test("marks a target as unhealthy after the number of failed checks of its group, and as healthy again", async () => {
    healthy = false;
    await until(async () => (await healthOf(groupArn))[0]!.startsWith("unhealthy"));
    expect(await healthOf(groupArn)).toEqual(["unhealthy Target.ResponseCodeMismatch"]);
    // Where no target is healthy, all get requests.
    expect((await get("/")).status).toBe(200);
    healthy = true;
    await until(async () => (await healthOf(groupArn))[0] === "healthy ");
  });

  test("lets a request in flight end before it forgets a target", async () => {
    await elb.send(
      new ModifyTargetGroupAttributesCommand({
        TargetGroupArn: groupArn,
        Attributes: [{ Key: "deregistration_delay.timeout_seconds", Value: "10" }],
      }),
    );
    const inFlight = get("/slow");
    await sleep(300);
    const targets = [{ Id: "127.0.0.1", Port: portOf(target) }];
    await elb.send(new DeregisterTargetsCommand({ TargetGroupArn: groupArn, Targets: targets }));
    await until(
      async () => (await healthOf(groupArn))[0] === "draining Target.DeregistrationInProgress",
    );
    expect((await get("/")).status).toBe(503);
    expect((await inFlight).status).toBe(200);
    await until(async () => (await healthOf(groupArn)).length === 0);
  });

  test("closes what is still open after the deregistration delay", async () => {
    await elb.send(
      new ModifyTargetGroupAttributesCommand({
        TargetGroupArn: groupArn,
        Attributes: [{ Key: "deregistration_delay.timeout_seconds", Value: "1" }],
      }),
    );
    await register(groupArn, target);
    await until(async () => (await healthOf(groupArn))[0] === "healthy ");
    const open = get("/silent");
    await sleep(300);
    const targets = [{ Id: "127.0.0.1", Port: portOf(target) }];
    await elb.send(new DeregisterTargetsCommand({ TargetGroupArn: groupArn, Targets: targets }));
    await expect(open).rejects.toThrow();
  });

  test("fails no rule, and leaves no error in the log", async () => {
    const { stdout } = await capture("cat", [join(aws.home, "logs/server.log")]);
    expect(stdout).not.toMatch(/Traceback|failed/);
  });
});

describeEmbeddedAws("an embedded AWS where no Docker engine answers", () => {
  test("starts all the same, and reports that nothing runs", async () => {
    const home = mkdtempSync(join(tmpdir(), "plue-no-engine-"));
    const before = process.env.DOCKER_HOST;
    process.env.DOCKER_HOST = `unix://${join(home, "no-engine.sock")}`;
    const python = pathOf(machine().embeddedAws);
    const { endpoint } = await startServer({ home, python, parts: ["runtime"] });
    if (before === undefined) delete process.env.DOCKER_HOST;
    else process.env.DOCKER_HOST = before;
    expect(await runningAt(endpoint)).toEqual({ engine: null, urls: [], problems: [] });
    await stopServer(home);
    rmSync(home, { recursive: true });
  });
});

const [failed, starting, ready] = [0, 1, 2];

/**
 * The desired count, the percentages, the states of the new and the old tasks, and the plan: new and old tasks to start,
 * new and old tasks to stop.
 */
const rolling = [
  ["starts all of the new tasks beside the old", 2, [100, 200], [], [ready, ready], [2, 0, 0, 0]],
  [
    "waits for the new one before it stops an old",
    1,
    [100, 200],
    [starting],
    [ready],
    [0, 0, 0, 0],
  ],
  [
    "stops an old one for each ready new",
    2,
    [100, 200],
    [starting, ready],
    [ready, ready],
    [0, 0, 0, 1],
  ],
  ["stops first where no task may be added", 2, [50, 100], [], [ready, ready], [0, 0, 0, 1]],
  ["goes on where the old one has gone", 2, [50, 100], [], [ready], [1, 0, 0, 0]],
  [
    "keeps an old one that has not passed its checks yet",
    1,
    [100, 200],
    [],
    [starting],
    [1, 0, 0, 0],
  ],
  ["replaces a lost old one by the same, before a new", 1, [100, 100], [], [], [0, 1, 0, 0]],
  ["replaces no old one once the new are ready", 1, [100, 200], [ready], [], [0, 0, 0, 0]],
  ["starts the replacement of a failed one first", 1, [100, 300], [failed], [ready], [1, 0, 0, 0]],
  [
    "stops a failed one once its replacement is ready",
    1,
    [100, 200],
    [failed, ready],
    [],
    [0, 0, 1, 0],
  ],
  [
    "replaces a failed old one by the same",
    2,
    [100, 200],
    [starting],
    [failed, ready],
    [0, 1, 0, 0],
  ],
  ["stops a failed new one that leaves no room", 1, [100, 200], [failed], [ready], [0, 0, 1, 0]],
  ["stops new ones beyond the desired count", 1, [100, 200], [ready, ready], [], [0, 0, 1, 0]],
  ["stops all where none is desired", 0, [100, 200], [ready], [ready], [0, 0, 1, 1]],
] as const;

describeEmbeddedAws("a rolling deployment of the embedded AWS", () => {
  let planned: number[][];
  let looks: number[];
  beforeAll(async () => {
    const program = [
      "import json, sys",
      "from dataclasses import astuple",
      "from types import SimpleNamespace as Some",
      "from runtime.services import Bounds, Services, State, now, plan",
      "def planned(_, desired, percent, new, old, __):",
      "    return astuple(plan(Bounds(desired, *percent), [*map(State, new)], [*map(State, old)]))",
      "looks = []",
      "unhealthy = Some(state='unhealthy', description='')",
      "balancers = Some(targets_of=lambda _: [('group', unhealthy)])",
      "services = Services(Some(kick_after=looks.append, load_balancers=balancers))",
      "service = Some(load_balancers=['group'], health_check_grace_period_seconds=60)",
      "task = Some(health='UNKNOWN', task=Some(last_status='RUNNING', started_at=now()))",
      "assert services._problem(service, task) is None",
      "print(json.dumps([[planned(*case) for case in json.loads(sys.argv[1])], looks]))",
    ].join("\n");
    const { stdout, stderr } = await capture(
      pathOf(machine().embeddedAws),
      ["-B", "-c", program, JSON.stringify(rolling)],
      { cwd: join(__dirname, "../../../src/embedded-aws") },
    );
    if (stderr) throw new Error(stderr);
    [planned, looks] = JSON.parse(stdout) as [number[][], number[]];
  });

  test.each(rolling.map(([title, , , , , expected], index) => ({ title, expected, index })))(
    "$title",
    ({ expected, index }) => expect(planned[index]).toEqual(expected),
  );

  test("looks at an unhealthy task again once its grace period is over", () => {
    expect(looks.map(Math.ceil)).toEqual([60]);
  });
});
