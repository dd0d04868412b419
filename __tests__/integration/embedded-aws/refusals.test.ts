import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checksOf } from "../../../src/embedded-aws/server";
import { capture } from "../../../src/process/run";
import {
  describeEmbeddedAws,
  startEmbeddedAws,
  type EmbeddedAws,
} from "../../support/embedded-aws";
import { machine, pathOf } from "../../support/machine";

interface Sent {
  readonly title: string;
  readonly operation: string;
  readonly source: string;
  /** Code of the error that AWS answers. */
  readonly expected: string;
  /** Code and message of the answer; empty if the request was accepted. */
  readonly refusal: string;
  /** Value of the header x-embedded-aws-rule; empty if moto refused the request. */
  readonly rule: string;
  /** The same for the honest neighbour. */
  readonly neighbour: string;
}

const docs = "https://docs.aws.amazon.com/";

describeEmbeddedAws("Requests that AWS refuses", () => {
  let aws: EmbeddedAws;
  let sent: Sent[];

  beforeAll(async () => {
    aws = await startEmbeddedAws();
    const corpus = join(__dirname, "../../fixtures/embedded-aws/refusals.py");
    const { code, stdout, stderr } = await capture(pathOf(machine().embeddedAws), [
      "-B",
      corpus,
      aws.endpoint,
    ]);
    if (code !== 0) throw new Error(stderr);
    sent = JSON.parse(stdout) as Sent[];
  });
  afterAll(() => aws?.stop());

  test("are refused with AWS's error code", () => {
    const wrong = sent.filter(({ expected, refusal }) => !refusal.startsWith(`${expected}: `));
    expect(wrong).toEqual([]);
    expect(sent.length).toBeGreaterThan(150);
  });

  test("have honest neighbours that are accepted", () => {
    expect(sent.filter(({ neighbour }) => neighbour !== "")).toEqual([]);
  });

  test("name the rule in a header, and its file and line in the log", () => {
    const log = readFileSync(join(aws.home, "logs", "server.log"), "utf8");
    expect(sent.find(({ title }) => title === "Fargate: 300 CPU units")?.rule).toBe(
      "ecs.fargate-size",
    );
    expect(log).toMatch(
      /^Refused ecs RegisterTaskDefinition: ClientException by ecs\.fargate-size \(rules\/ecs\.py:\d+\)$/m,
    );
    const rules = sent.map(({ rule }) => rule).filter((rule) => rule !== "");
    expect(rules.filter((rule) => !log.includes(` by ${rule} (`))).toEqual([]);
  });

  test("name each its source", () => {
    expect(sent.filter(({ source }) => !source.startsWith(docs))).toEqual([]);
  });

  test("are checked by rules that each refuse one of them, and bear requests with missing objects and members", async () => {
    const program = join(__dirname, "../../fixtures/embedded-aws/hostile_requests.py");
    const { code, stdout, stderr } = await capture(pathOf(machine().embeddedAws), [
      "-B",
      program,
      "1",
      "300",
    ]);
    if (code !== 0) throw new Error(stderr);
    const { sources, failures } = JSON.parse(stdout) as Record<string, Record<string, string>>;
    expect(failures).toEqual({});
    expect(Object.values(sources!).filter((url) => !url.startsWith(docs))).toEqual([]);
    // The rules of rules/in_use.py have a test of their own.
    const tested = new Set(sent.map(({ rule }) => rule));
    const others = Object.keys(sources!).filter((rule) => !rule.startsWith("in_use."));
    expect(others.filter((rule) => !tested.has(rule))).toEqual([]);
    expect(others.length).toBeGreaterThan(50);
  });

  test("are all read, and no rule fails", async () => {
    expect(await checksOf(aws)).toMatchObject({ unread: 0 });
    expect(readFileSync(join(aws.home, "logs", "server.log"), "utf8")).not.toMatch(/^The rule /m);
  });

  test("show a secret member neither in an answer nor in the log", () => {
    const passwords = sent.filter(({ title }) => title.includes("password"));
    expect(passwords.map(({ refusal }) => refusal).join("\n")).not.toContain("horse");
    expect(readFileSync(join(aws.home, "logs", "server.log"), "utf8")).not.toContain("horse");
  });
});
