import { reviewOf, reviewText } from "../../operations/inspect/review";
import { data, json, next } from "../../terminal/output";
import { argument, Command, option, type Context } from "../command";

/** `plue review`. */
export const command = ({ projectDir }: Context) =>
  new Command("review")
    .summary("check an environment by the controls of AWS's reviews")
    .description(
      "Check the synthesized stack of an environment by AWS Foundational Security Best Practices, AWS's ECS operation review, the Well-Architected questions on reliability and security, and checkov's checks. Each failed control is shown with the reason why it stays and the price of passing it. Needs no login.",
    )
    .addArgument(argument.environment())
    .addOption(option.json())
    .action(async (settings, { json: asJson }) => {
      const review = await reviewOf(settings, projectDir);
      if (asJson) return json(review);
      data(reviewText(review));
      next(`\`plue cost ${settings.name} --if SETTING=VALUE\` shows what a setting costs.`);
    });
