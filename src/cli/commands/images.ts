import { argument, Command, option, platform, type Context } from "../command";
import { openEnvironment } from "../../operations/environment";
import { buildAndPushImages, commitOf, requireDocker } from "../../operations/deploy/images";
import { data, next } from "../../terminal/output";

/** `plue images`. */
export const command = ({ projectDir }: Context) =>
  new Command("images")
    .summary("build the images and push them to ECR")
    .description(
      "Build the three images from Plue's source and push them, tagged by the source's commit. Create missing repositories first. Print the tag.",
    )
    .addArgument(argument.environment())
    .argument("[option...]", "options of docker buildx build; put -- before them")
    .requiredOption("--source <path>", "Plue's source, a git checkout")
    .addOption(option.imageTag("--tag <tag>", "another tag than the source's commit"))
    .option(
      "--platform <platform>",
      "refuse to build if the tasks run another one",
      platform("linux/amd64"),
    )
    .addOption(option.var())
    .addOption(option.varFile())
    .addOption(option.yes())
    .action(async (settings, buildOptions, options) => {
      const revision = await commitOf(options.source).catch((error: unknown) => {
        if (options.tag === undefined) throw error;
        return undefined;
      });
      const tag = options.tag ?? revision!.slice(0, 12);
      await requireDocker();
      const environment = await openEnvironment(settings, projectDir, options);
      await buildAndPushImages(environment, { ...options, buildOptions, tag, revision });
      data(tag);
      next(`\`plue deploy ${environment.name} --tag ${tag} --migrate\` deploys these images.`);
    });
