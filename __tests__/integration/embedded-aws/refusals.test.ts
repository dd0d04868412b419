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
  /** The same for the honest neighbour. */
  readonly neighbour: string;
}

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
    expect(sent.length).toBeGreaterThan(200);
  });

  test("have honest neighbours that are accepted", () => {
    expect(sent.filter(({ neighbour }) => neighbour !== "")).toEqual([]);
  });

  test("name each its source", () => {
    expect(sent.filter(({ source }) => !source.startsWith("https://docs.aws.amazon.com/"))).toEqual(
      [],
    );
  });

  test("are all read, and no rule fails", async () => {
    expect(await checksOf(aws)).toMatchObject({ unread: 0 });
    expect(readFileSync(join(aws.home, "logs", "server.log"), "utf8")).not.toMatch(/^The rule /m);
  });

  test("tell of a secret member neither in an answer nor in the log", () => {
    const passwords = sent.filter(({ title }) => title.includes("password"));
    expect(passwords.map(({ refusal }) => refusal).join("\n")).not.toContain("horse");
    expect(readFileSync(join(aws.home, "logs", "server.log"), "utf8")).not.toContain("horse");
  });
});
