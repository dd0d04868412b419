import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { capture, type Captured } from "../../src/process/run";
import { project } from "./plue";

interface Step {
  readonly id?: string;
  readonly name?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly "working-directory"?: string;
}

interface Workflow {
  readonly env?: Step["env"];
  readonly jobs: Readonly<Record<string, { readonly env?: Step["env"]; readonly steps: Step[] }>>;
}

/**
 * Runs the script of a workflow's step as GitHub does, in Bash, with the variables of workflow, job and step.
 * @param path file of the workflow, job, and name or id of the step: `ci.yml/plan/page`
 * @param values of the expressions: `inputs.environment`. @default empty, as a repository variable that is not set
 */
export function runStep(
  path: string,
  { cwd, env, values }: { cwd: string; env: NodeJS.ProcessEnv; values: Record<string, string> },
): Promise<Captured> {
  const [file = "", job = "", about] = path.split("/");
  const workflow = parse(
    readFileSync(join(project, ".github/workflows", file), "utf8"),
  ) as Workflow;
  const { steps, env: ofJob } = workflow.jobs[job]!;
  const step = steps.find(({ id, name }) => id === about || name === about)!;
  const resolved = (text: string) =>
    text.replace(/\$\{\{ (.*?) \}\}/g, (_, expression: string) => values[expression] ?? "");
  const stated = Object.entries({ ...workflow.env, ...ofJob, ...step.env });
  return capture("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", step.run!], {
    cwd: join(cwd, resolved(step["working-directory"] ?? ".")),
    env: {
      ...(env as Record<string, string>),
      ...Object.fromEntries(stated.map(([name, value]) => [name, resolved(value)])),
      GITHUB_OUTPUT: join(cwd, "output"),
      GITHUB_STEP_SUMMARY: join(cwd, "summary"),
    },
  });
}
