import { emptyRepository } from "../aws/ecr";
import { components, names } from "../names";
import { PlueError } from "../process/errors";
import { onInterrupt } from "../process/interrupt";
import { count, say } from "../terminal/output";
import { confirmName } from "../terminal/prompt";
import { waitFor } from "../terminal/wait";
import { plannedActions, summarize } from "../terraform/plan";
import type { VariableOptions } from "../terraform/variables";
import type { Environment } from "./environment";
import { remainingResources, type RemainingResource } from "./remaining-resources";
import { openTerraform } from "./terraform";

/** How to destroy. */
export interface DestroyOptions extends VariableOptions {
  /** Answers every question. @default false */
  readonly yes?: boolean;
}

/** What holds data, and what of it a destroy takes away. */
const LOST: Readonly<Record<string, string>> = {
  aws_db_instance: "the database and its automated backups",
  aws_efs_file_system: "every git repository on the file system",
  aws_ecr_repository: "every image in the repository",
  aws_secretsmanager_secret: "the secret",
  aws_cloudwatch_log_group: "the log",
};

/** The two objects that AWS can protect, and the variables that let go of them. */
const PROTECTED = /^aws_(db_instance|lb)\./;
const UNPROTECT = ["database_deletion_protection=false", "alb_deletion_protection=false"];

/**
 * Shows what will be lost, asks for the environment's name, takes the deletion protections off, and
 * destroys everything.
 * @returns what is left on purpose
 * @throws PlueError if something is left that should not be
 */
export async function destroy(
  environment: Environment,
  { var: values = [], varFile, yes = false }: DestroyOptions,
): Promise<RemainingResource[]> {
  const { name, settings } = environment;
  const terraform = await openTerraform(environment);
  const variables = { varFile, var: [...values, ...UNPROTECT] };
  const { plan } = await terraform.plan({ variables, destroy: true });
  const actions = plannedActions(plan, terraform.stack);
  if (actions.length > 0) {
    say(`\n${summarize(actions.map((one) => ({ ...one, attributes: [] })))}`);
    say(`\nLost for good in ${name} (account ${environment.accountId}):`);
    for (const { address } of actions) {
      const lost = LOST[address.split(".")[0]!];
      if (lost) say(`  ${lost}: ${address}`);
    }
    say(
      settings.database.finalSnapshot
        ? "A final snapshot of the database stays.\n"
        : "No snapshot of the database stays: the settings say finalSnapshot: false.\n",
    );
    await confirmName(`To destroy it, type its name, ${name}:`, name, yes);
    onInterrupt(
      `${name} is half destroyed: \`plue destroy ${name}\` goes on, \`plue deploy ${name}\` creates what is missing again.`,
    );
    const held = plan.resource_changes?.filter(
      ({ address, change }) =>
        PROTECTED.test(address) &&
        (change.before?.deletion_protection || change.before?.enable_deletion_protection),
    );
    if (held?.length) {
      say("Taking the deletion protections off.");
      const targets = held.map(({ address }) => address);
      await terraform.apply((await terraform.plan({ variables, targets })).file);
    }
    if (!settings.ecr.forceDelete) await emptyRepositories(environment);
    await terraform.apply((await terraform.plan({ variables, destroy: true })).file);
  }
  const left = await proveGone(environment);
  if (left.length === 0) say(`Nothing of ${name} is left.`);
  return left;
}

/** ECR deletes no repository that holds images unless Terraform was told so when it was made. */
async function emptyRepositories(environment: Environment): Promise<void> {
  for (const component of components) {
    const deleted = await emptyRepository(environment, component);
    if (deleted > 0) {
      say(`${names.repository(environment.name, component)}: deleted ${count(deleted, "image")}.`);
    }
  }
}

/** The search by tags lags behind: what it finds may be gone some seconds later. */
async function proveGone(environment: Environment): Promise<RemainingResource[]> {
  const { name } = environment;
  onInterrupt(`${name} is destroyed; the search for what is left was not finished.`);
  return waitFor<RemainingResource[]>({
    what: "What is left by its tags",
    timeout: 180,
    interval: 10,
    advice: [
      "Nothing in Terraform's state holds them any more: delete them by hand.",
      `aws resourcegroupstaggingapi get-resources --region ${environment.region} --tag-filters Key=Environment,Values=${name} Key=Project,Values=plue`,
    ],
    look: async () => {
      const found = await remainingResources(environment);
      const unexpected = found.filter(({ reason }) => reason === undefined);
      return unexpected.length === 0
        ? { done: found }
        : { waiting: unexpected.map(({ arn }) => arn).join(", ") };
    },
  }).catch((error: unknown) => {
    throw error instanceof PlueError
      ? new PlueError(`destroyed, but something is left: ${error.message}`, {
          advice: error.advice,
        })
      : error;
  });
}
