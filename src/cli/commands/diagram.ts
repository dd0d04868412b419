import { mkdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { Command, environmentArgument, existingFile, Option, type Context } from "../command";
import { environments } from "../../environments";
import { diagram, formats } from "../../operations/inspect/diagram";
import { ActionRequired } from "../../process/errors";
import { readJson, writeWhole } from "../../process/files";
import { say } from "../../terminal/output";
import { Steps } from "../../terminal/steps";
import type { PlanJson } from "../../terraform/plan";

/** `plue diagram`. */
export const command = ({ projectDir }: Context) =>
  new Command("diagram")
    .summary("draw an environment's architecture")
    .description(
      "Draw the architecture of an environment from its synthesized stack. Needs no credentials.",
    )
    .addArgument(environmentArgument().argOptional())
    .option("--all", "every environment, each to a file of its name in --out")
    .addOption(
      new Option("--format <format>", "what to write").choices(formats).default("svg" as const),
    )
    .option("--out <path>", "file to write; with --all a folder (default: standard output)")
    .addOption(
      new Option(
        "--plan <file>",
        "colour by a plan: the output of `terraform show -json`",
      ).argParser(existingFile),
    )
    .action(async (settings, { all = false, format, out, plan: planFile }) => {
      if ((settings === undefined) !== all) {
        throw new ActionRequired("name one environment, or give --all");
      }
      if (all && out === undefined) throw new ActionRequired("--all needs a folder: --out FOLDER");
      if (all && planFile !== undefined) {
        throw new ActionRequired("a plan is one environment's: name it in the place of --all");
      }
      if (format !== "mermaid" && out === undefined && process.stdout.isTTY) {
        throw new ActionRequired(
          "a terminal cannot show the drawing",
          "Give --out FILE and open it in a browser, or --format mermaid for text.",
        );
      }
      if (all) mkdirSync(out!, { recursive: true });
      else if (out !== undefined) requireOutputFile(out);
      const plan = planFile && readPlan(planFile);
      const steps = new Steps();
      for (const one of settings ? [settings] : environments) {
        const drawing = await steps.run(`Drawing ${one.name}`, () =>
          diagram(one, { format, projectDir, ...(plan && { plan }) }),
        );
        if (out === undefined) {
          process.stdout.write(drawing);
          continue;
        }
        const file = all ? join(out, `${one.name}.${endings[format]}`) : out;
        writeWhole(file, drawing);
        say(`Wrote ${file}`);
      }
    });

const endings = { svg: "svg", png: "png", html: "html", mermaid: "mmd" } as const;

/** Finds out before the drawing whether its file can be written. */
function requireOutputFile(file: string): void {
  const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory();
  if (isFolder(file)) throw new ActionRequired(`${file} is a folder`, "Give --out a file.");
  const folder = dirname(file);
  if (!isFolder(folder)) throw new ActionRequired(`there is no folder ${folder} for ${file}`);
}

function readPlan(file: string): PlanJson {
  const advice = `Write it with \`terraform show -json PLAN > ${file}\`.`;
  const plan = readJson(file, "a plan as JSON", advice);
  const isPlan =
    typeof plan === "object" && plan && ("resource_changes" in plan || "planned_values" in plan);
  if (!isPlan) throw new ActionRequired(`${file} is not a plan`, advice);
  return plan as PlanJson;
}
