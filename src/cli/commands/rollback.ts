import {
  DescribeServiceRevisionsCommand,
  ECSClient,
  ListServiceDeploymentsCommand,
  ListTaskDefinitionsCommand,
} from "@aws-sdk/client-ecs";
import { planAndApply } from "../../operations/apply";
import { client } from "../../aws/client";
import { openEnvironment, type Environment } from "../../operations/environment";
import { isNotServed, NeedsPerson } from "../../process/errors";
import { imageExists, rememberedTags } from "../../operations/images";
import { names, type Component } from "../../names";
import {
  componentArgument,
  environmentArgument,
  timeoutOption,
  variableOptions,
  yesOption,
  type Configure,
} from "../options";
import { next, say } from "../../terminal/output";
import { describeService, tagOfTaskDefinition, waitUntilStable } from "../../operations/service";
import { Terraform, type VariableOptions } from "../../terraform/terraform";
import type { EnvironmentSettings } from "../../environments/settings";

interface RollbackOptions extends VariableOptions {
  readonly to?: string;
  readonly yes?: boolean;
  readonly timeout: number;
}

/** How many deployments or revisions are looked at for the last good one. */
const LOOK_BACK = 20;

/** `plue rollback`. */
export const configure: Configure = (command, { projectDir }) => {
  variableOptions(command.addArgument(environmentArgument()).addArgument(componentArgument()))
    .description(
      "Go back to the image of the last good deployment, by Terraform, so that no later plan rolls forward again. Waits until the service is stable. The database's schema stays as it is.",
    )
    .option("--to <tag>", "go back to this image tag")
    .addOption(timeoutOption(1200))
    .addOption(yesOption())
    .action(
      async (settings: EnvironmentSettings, component: Component, options: RollbackOptions) => {
        const environment = await openEnvironment(settings, projectDir);
        const { name } = environment;
        const { title, module, key, tagVariable } = component;
        const tag = options.to ?? (await lastGoodTag(environment, component));
        if (!(await imageExists(environment, component, tag))) {
          throw new NeedsPerson(
            `the image ${names.repository(name, component)}:${tag} is gone from ECR`,
            `Name another with --to, or build that commit again: \`plue images ${name}\`.`,
          );
        }
        say(`The ${title} goes back to ${tag}.`);
        const terraform = await Terraform.open(environment);
        await planAndApply(environment, terraform, {
          variables: {
            var: [...(options.var ?? []), `${tagVariable}=${tag}`],
            varFile: options.varFile,
          },
          targets: terraform.stack.addressesOf([module]),
          yes: options.yes ?? false,
        });
        await waitUntilStable(environment, component, options.timeout);
        next(
          `find out what was wrong: \`plue logs ${name} ${key} --since 1h\`.`,
          `\`plue deploy ${name} --tag TAG\` goes forward again.`,
        );
      },
    );
};

/**
 * The image tag of the last deployment that was good and not of the present tag. A service that its
 * circuit breaker has already taken back runs that very tag.
 */
async function lastGoodTag(environment: Environment, component: Component): Promise<string> {
  const { [component.key]: remembered } = await rememberedTags(environment);
  const { taskDefinition = "" } = await describeService(environment, component);
  const running = await tagOfTaskDefinition(environment, taskDefinition);
  if (remembered !== undefined && running !== remembered) return running;
  const earlier = await revisionsThatWereGood(environment, component);
  for (const revision of earlier) {
    const tag = await tagOfTaskDefinition(environment, revision);
    // Given to Terraform, "latest" means the tag deployed last.
    if (tag !== running && tag !== "latest") return tag;
  }
  throw new NeedsPerson(
    `none of the last ${LOOK_BACK} deployments of the ${component.title} has another image tag than ${running}`,
    "If the settings are at fault and not the image: `git revert`, then `plue deploy`.",
    "If you know a good tag, name it with --to.",
  );
}

/** Task definitions of earlier deployments that completed, newest first. */
async function revisionsThatWereGood(
  environment: Environment,
  component: Component,
): Promise<string[]> {
  const ecs = client(ECSClient, environment);
  const service = names.task(environment.name, component);
  const cluster = names.cluster(environment.name);
  try {
    const { serviceDeployments = [] } = await ecs.send(
      new ListServiceDeploymentsCommand({
        cluster,
        service,
        status: ["SUCCESSFUL"],
        maxResults: LOOK_BACK,
      }),
    );
    const arns = serviceDeployments.flatMap(({ targetServiceRevisionArn: arn }) => arn ?? []);
    const { serviceRevisions = [] } =
      arns.length > 0
        ? await ecs.send(new DescribeServiceRevisionsCommand({ serviceRevisionArns: arns }))
        : {};
    return arns.flatMap(
      (arn) =>
        serviceRevisions.find(({ serviceRevisionArn }) => serviceRevisionArn === arn)
          ?.taskDefinition ?? [],
    );
  } catch (error) {
    if (!isNotServed(error)) throw error;
    // Without ECS's history, every earlier revision counts as good.
    const { taskDefinitionArns = [] } = await ecs.send(
      new ListTaskDefinitionsCommand({
        familyPrefix: service,
        sort: "DESC",
        maxResults: LOOK_BACK,
      }),
    );
    return taskDefinitionArns;
  }
}
