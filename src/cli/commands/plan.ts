import { argument, Command, option, outputFile, type Context } from "../command";
import { planCost, planCostText, priceSection } from "../../operations/inspect/cost";
import { planVariables } from "../../operations/deploy/deploy";
import { writePlanPage } from "../../operations/inspect/diagram";
import { openEnvironment } from "../../operations/environment";
import { refuseReplacements, refuseTakenCidrs } from "../../operations/deploy/replacements";
import { writeReview } from "../../operations/deploy/review";
import { openTerraform } from "../../operations/terraform";
import { data, json, next, say } from "../../terminal/output";
import { plannedActions, summarize } from "../../terraform/plan";

/** `plue plan`. */
export const command = ({ projectDir }: Context) =>
  new Command("plan")
    .summary("show what a deploy would change")
    .description("Show what a deploy would change, by module. Nothing is changed.")
    .addArgument(argument.environment())
    .addOption(option.var())
    .addOption(option.varFile())
    .addOption(option.verbose())
    .addOption(option.tag())
    .addOption(option.targetModule())
    .option(
      "--review <file>",
      "write what the plan means, without secrets, for deploy --reviewed",
      outputFile,
    )
    .addOption(option.json())
    .option("--html <file>", "write the plan as a page: one file, with a drawing", outputFile)
    .action(async (settings, options) => {
      const environment = await openEnvironment(settings, projectDir, options);
      const terraform = await openTerraform(environment, {
        ...planVariables(options),
        targetModule: options.targetModule,
        verbose: options.verbose,
      });
      const targets = terraform.stack.addressesOf(options.targetModule ?? []);
      const { plan } = await terraform.plan({ variables: planVariables(options), targets });
      const actions = plannedActions(plan, terraform.stack);
      if (options.json) json(actions);
      else data(summarize(actions));
      // A plan of some modules does not know what the others cost.
      const price = targets.length === 0 ? planCost(environment, plan) : undefined;
      if (price) {
        const text = planCostText(price);
        if (options.json) say(text);
        else data(`\n${text}`);
      }
      if (options.html !== undefined) {
        const section = price && priceSection(price);
        await writePlanPage(environment, terraform.stack, plan, options.html, section);
        say(`Wrote ${options.html}`);
      }
      refuseReplacements(environment, actions);
      refuseTakenCidrs(environment.name, plan);
      if (options.review) writeReview(options.review, environment.name, plan);
      next(
        actions.length > 0
          ? `\`plue deploy ${environment.name}\` with the same options applies this.`
          : `nothing to deploy; \`plue status ${environment.name}\` shows how it is.`,
      );
    });
