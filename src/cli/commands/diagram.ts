import { extname, join } from "node:path";
import { argument, Command, existingFile, Option, outputFile, type Context } from "../command";
import { environments } from "../../environments";
import { diagram, formats } from "../../operations/inspect/diagram";
import { ActionRequired } from "../../process/errors";
import { makeFolder, readJson, writeWhole } from "../../process/files";
import { say } from "../../terminal/output";
import { Steps } from "../../terminal/steps";
import type { PlanJson, ResourceChange } from "../../terraform/plan";

/** `plue diagram`. */
export const command = ({ projectDir }: Context) =>
  new Command("diagram")
    .summary("draw an environment's architecture")
    .description(
      "Draw the architecture of an environment from its synthesized stack. Needs no credentials.",
    )
    .addArgument(argument.environment().argOptional())
    .option("--all", "every environment, each to a file of its name in --out")
    .addOption(
      new Option("--format <format>", "what to write: by the ending of --out, or else svg").choices(
        formats,
      ),
    )
    .option("--out <path>", "file to write; with --all a folder (default: standard output)")
    .option("--plan <file>", "colour by a plan: the output of `terraform show -json`", existingFile)
    .action(async (settings, { all = false, out, plan: planFile, ...options }) => {
      const ending = extname(out ?? "").slice(1);
      const format = options.format ?? formats.find((one) => endings[one] === ending) ?? "svg";
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
      if (all) makeFolder(out!);
      else if (out !== undefined) outputFile(out);
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

function readPlan(file: string): PlanJson {
  const advice = `Write it with \`terraform show -json PLAN > ${file}\`.`;
  const plan = readJson(file, "a plan as JSON", advice) as PlanJson | null;
  const isPlan =
    typeof plan === "object" && plan && ("resource_changes" in plan || "planned_values" in plan);
  const changes: unknown = plan?.resource_changes ?? [];
  const isChange = (one: Partial<ResourceChange> | null) =>
    typeof one?.address === "string" && Array.isArray(one.change?.actions);
  if (isPlan && Array.isArray(changes) && changes.every(isChange)) return plan;
  throw new ActionRequired(`${file} is not a plan`, advice);
}
