import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import semver from "semver";
import { parse } from "yaml";
import { describeWith, pathOf } from "../support/machine";
import { goProgram } from "../support/programs";

const project = join(__dirname, "../..");
const folder = join(project, ".github/workflows");
const file = join(folder, "ci.yml");

interface Workflow {
  readonly permissions: Record<string, string>;
  readonly jobs: Record<
    string,
    {
      readonly if?: string;
      readonly permissions?: Record<string, string>;
      readonly steps?: readonly { readonly uses?: string }[];
    }
  >;
}
const workflow = parse(readFileSync(file, "utf8")) as Workflow;

const actionlint = goProgram("actionlint", "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12");
describeWith([actionlint])("actionlint", () => {
  test("accepts the workflows", () => {
    const files = readdirSync(folder).map((name) => join(folder, name));
    const { status, stdout } = spawnSync(pathOf(actionlint), files, { encoding: "utf8" });
    expect(stdout).toBe("");
    expect(status).toBe(0);
  });
});

test("only the job that plans can get credentials, and not for a fork", () => {
  const mayGetThem = Object.entries(workflow.jobs).filter(
    ([, { permissions }]) => (permissions ?? workflow.permissions)["id-token"] !== undefined,
  );
  expect(mayGetThem.map(([name]) => name)).toEqual(["plan"]);
  expect(workflow.jobs.plan!.if).toContain(
    "github.event.pull_request.head.repo.full_name == github.repository",
  );
});

test("every action is pinned by commit", () => {
  const uses = readdirSync(folder).flatMap((name) => {
    const { jobs } = parse(readFileSync(join(folder, name), "utf8")) as Workflow;
    return Object.values(jobs).flatMap(({ steps = [] }) => steps.flatMap((one) => one.uses ?? []));
  });
  expect(uses.length).toBeGreaterThan(0);
  expect(uses.filter((action) => !/@[0-9a-f]{40}$/.test(action))).toEqual([]);
});

test("CI tests every even Node.js version from the first that package.json accepts to the newest", () => {
  const { strategy } = workflow.jobs.versions as unknown as {
    strategy: { matrix: { node: string[] } };
  };
  const { engines } = JSON.parse(readFileSync(join(project, "package.json"), "utf8")) as {
    engines: { node: string };
  };
  const recommended = readFileSync(join(project, ".nvmrc"), "utf8").trim();
  const tried = strategy.matrix.node.map(Number);
  const even = [];
  // Odd versions of Node.js get no long-term support.
  for (let at = semver.minVersion(engines.node)!.major; at <= Math.max(...tried); at += 2)
    even.push(at);
  expect(tried).toEqual(even);
  expect(tried).toContain(Number(recommended));
});

test("only the job that waits for the reviewers of the environment gets the deploy role", () => {
  const { jobs } = parse(readFileSync(join(folder, "deploy-environment.yml"), "utf8")) as {
    jobs: Record<string, { environment?: string }>;
  };
  const deploying = Object.entries(jobs).filter(([, job]) =>
    JSON.stringify(job).includes("AWS_DEPLOY_ROLE_ARN"),
  );
  expect(deploying.map(([name]) => name)).toEqual(["deploy"]);
  expect(jobs.deploy!.environment).toBe("${{ inputs.environment }}");
});
