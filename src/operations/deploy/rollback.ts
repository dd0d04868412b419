import { imageExists } from "../../aws/ecr";
import {
  describeTaskDefinition,
  successfulTaskDefinitions,
  tagOfTaskDefinition,
} from "../../aws/ecs";
import { rememberedTags } from "../../aws/ssm";
import { names, originOf, type Component } from "../../names";
import { ActionRequired } from "../../process/errors";
import { say } from "../../terminal/output";
import type { VariableOptions } from "../../terraform/variables";
import { planAndApply } from "./apply";
import type { Environment } from "../environment";
import { requireService, waitUntilStable } from "../service";
import { openTerraform } from "../terraform";

/** Options of a rollback. */
export interface RollbackOptions extends VariableOptions {
  /** Image tag to deploy. @default the tag of the last good deployment */
  readonly to?: string;
  /** Answers every prompt with yes. @default false */
  readonly yes?: boolean;
  /** Show all that Terraform prints. @default false */
  readonly verbose?: boolean;
  /** Longest wait, in seconds. */
  readonly timeout: number;
}

/** Number of deployments or revisions among which the command looks for the last good one. */
const LOOK_BACK = 20;

/**
 * Rolls a service back to an earlier image with Terraform, so that no later plan undoes the rollback, and waits until
 * the service is stable.
 */
export async function rollback(
  environment: Environment,
  component: Component,
  { to, yes = false, timeout, var: values = [], varFile, verbose }: RollbackOptions,
): Promise<void> {
  const { name } = environment;
  const { title, module, tagVariable } = component;
  const tag = to ?? (await lastGoodTag(environment, component));
  if (!(await imageExists(environment, component, tag))) {
    throw new ActionRequired(
      `the image ${names.repository(originOf(environment), component)}:${tag} no longer exists in ECR`,
      `Choose another tag with --to, or build that commit again: \`plue images ${name} --source PATH\`.`,
    );
  }
  say(`The ${title} is rolled back to ${tag}.`);
  const variables = { var: [...values, `${tagVariable}=${tag}`], varFile };
  const terraform = await openTerraform(environment, { ...variables, verbose });
  await planAndApply(environment, terraform, {
    variables,
    targets: terraform.stack.addressesOf([module]),
    yes,
  });
  await waitUntilStable(environment, component, timeout);
}

/**
 * The image tag of the last good deployment with another tag than the current one. If the circuit breaker has already
 * rolled the service back, that tag is running now.
 */
async function lastGoodTag(environment: Environment, component: Component): Promise<string> {
  const tagOf = async (arn: string) =>
    tagOfTaskDefinition(await describeTaskDefinition(environment, arn));
  const { [component.key]: remembered } = await rememberedTags(environment);
  const { taskDefinition = "" } = await requireService(environment, component);
  const running = await tagOf(taskDefinition);
  if (remembered !== undefined && running !== remembered) return running;
  for (const revision of await successfulTaskDefinitions(environment, component, LOOK_BACK)) {
    const tag = await tagOf(revision);
    // For Terraform "latest" means the tag that was deployed last.
    if (tag !== running && tag !== "latest") return tag;
  }
  throw new ActionRequired(
    `none of the last ${LOOK_BACK} deployments of the ${component.title} has another image tag than ${running}`,
    "If the settings are at fault and not the image, run `git revert`, then `plue deploy`.",
    "If you know a good tag, choose it with --to.",
  );
}
