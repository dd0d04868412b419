import { readFileSync } from "node:fs";
import { join } from "node:path";
import { capture } from "../../../src/process/run";
import {
  describeEmbeddedAws,
  startEmbeddedAws,
  type EmbeddedAws,
} from "../../support/embedded-aws";
import { full } from "../../support/full";
import { machine, pathOf } from "../../support/machine";
import { stacks, synthesize } from "../../support/stack";

interface Report {
  readonly tried: readonly { call: string; expected: string; answer: string }[];
  /** Rows of rules/in_use.py that the fixture leaves out. */
  readonly untried: readonly string[];
  /** Terraform types that rules/in_use.py knows. */
  readonly types: readonly string[];
}

describeEmbeddedAws("Deletions and changes of what is in use", () => {
  let aws: EmbeddedAws;
  let report: Report;

  beforeAll(async () => {
    aws = await startEmbeddedAws();
    const fixture = join(__dirname, "../../fixtures/embedded-aws/in_use.py");
    const args = ["-B", fixture, aws.endpoint];
    const { code, stdout, stderr } = await capture(pathOf(machine().embeddedAws), args);
    if (code !== 0) throw new Error(stderr);
    report = JSON.parse(stdout) as Report;
  });
  afterAll(() => aws?.stop());

  test("are refused with AWS's error code, and accepted in the right order", () => {
    expect(report.tried.filter(({ expected, answer }) => expected !== answer)).toEqual([]);
    expect(report.untried).toEqual([]);
  });

  test("are known for every type of resource in the stacks", () => {
    const templates = [...Object.values(stacks), synthesize(full)].map(({ template }) => template);
    const types = templates.flatMap(({ resource }) => Object.keys(resource as object));
    const unknown = types.filter((type) => type.startsWith("aws_") && !report.types.includes(type));
    expect([...new Set(unknown)]).toEqual([]);
  });

  test("do not surprise a rule", () => {
    expect(readFileSync(join(aws.home, "logs", "server.log"), "utf8")).not.toMatch(/^The rule /m);
  });
});
