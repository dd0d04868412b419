import { emptyRepository } from "../../aws/ecr";
import { snapshotExists } from "../../aws/rds";
import { deleteLogGroup } from "../../aws/logs";
import { components, logGroupsOfAws, names, originOf } from "../../names";
import { ActionRequired, PlueError } from "../../process/errors";
import { onInterrupt } from "../../process/interrupt";
import { count, say } from "../../terminal/output";
import { confirmName } from "../../terminal/prompt";
import { waitFor } from "../../terminal/wait";
import {
  actionOf,
  plannedActions,
  summarize,
  type PlanJson,
  type ResourceChange,
} from "../../terraform/plan";
import type { Terraform } from "../../terraform/terraform";
import type { VariableOptions } from "../../terraform/variables";
import type { Environment } from "../environment";
import { remainingResources, type RemainingResource } from "./remaining";
import { kinds } from "../../resources";
import { openTerraform } from "../terraform";

/** How to destroy. */
export interface DestroyOptions extends VariableOptions {
  /** Answers every question. @default false */
  readonly yes?: boolean;
  /** Show all that Terraform prints. @default false */
  readonly verbose?: boolean;
}

/** Resources whose destroy behaviour comes from the state, not from the current settings. */
const SETTLED_FIRST = /^aws_(db_instance|lb|ecr_repository)\./;
const UNPROTECT = ["database_deletion_protection=false", "alb_deletion_protection=false"];

/**
 * Shows what will be lost, asks for the environment's name, applies the settings that a destroy uses
 * (deletion protections off), and destroys everything.
 * @returns the resources that remain on purpose
 * @throws PlueError if something is left that should not be
 */
export async function destroy(
  environment: Environment,
  { var: values = [], varFile, yes = false, verbose }: DestroyOptions,
): Promise<RemainingResource[]> {
  const { name } = environment;
  const variables = { varFile, var: [...values, ...UNPROTECT] };
  const terraform = await openTerraform(environment, { ...variables, verbose });
  const { plan } = await terraform.plan({ variables, destroy: true });
  const actions = plannedActions(plan, terraform.stack);
  if (actions.length > 0) {
    const settling = await planSettings(terraform, plan, variables);
    say(`\n${summarize(actions.map((one) => ({ ...one, attributes: [] })))}`);
    say(`\nLost for good in ${name} (account ${environment.accountId}):`);
    for (const { address } of actions) {
      const loses = kinds.get(address.split(".")[0]!)?.loses ?? "none";
      if (loses !== "none") say(`  ${loses}: ${address}`);
    }
    const snapshots = await finalSnapshots(environment, settling.before, settling.after);
    for (const line of snapshots) say(line);
    await confirmName(`\nTo destroy it, type its name, ${name}:`, name, yes);
    onInterrupt(
      `${name} is half destroyed: \`plue destroy ${name}\` goes on, \`plue deploy ${name}\` creates what is missing again.`,
    );
    // Resources that AWS may refuse to delete come first, those with data last.
    if (settling.file !== undefined) {
      say(settling.changed.join("\n"));
      await terraform.apply(settling.file);
    }
    await emptyRepositories(environment, settling.after);
    await terraform.apply((await terraform.plan({ variables, destroy: true })).file);
  }
  const left = await proveGone(environment);
  if (left.length === 0) say(`Nothing of ${name} is left.`);
  return left;
}

interface Settling {
  /** The saved plan; undefined if nothing is to change. */
  readonly file?: string;
  /** The changes, a sentence each. */
  readonly changed: readonly string[];
  /** The resources as they are in the state. */
  readonly before: readonly ResourceChange[];
  /** The same resources as the destroy will find them. */
  readonly after: readonly ResourceChange[];
}

/**
 * Plans the settings that the destroy uses: protections, final
 * snapshot, deletion of repositories with images.
 * @throws ActionRequired if that would replace or destroy something
 */
async function planSettings(
  terraform: Terraform,
  destroyed: PlanJson,
  variables: VariableOptions,
): Promise<Settling> {
  const before = (destroyed.resource_changes ?? []).filter(
    (resource) => SETTLED_FIRST.test(resource.address) && actionOf(resource) === "destroy",
  );
  if (before.length === 0) return { changed: [], before, after: [] };
  const targets = before.map(({ address }) => address);
  const { file, plan } = await terraform.plan({ variables, targets });
  const changes = (plan.resource_changes ?? []).filter(({ mode }) => mode === "managed");
  const after = changes.filter(({ address }) => targets.includes(address));
  const changed = [...new Set(after.flatMap(settingsThatChange))];
  if (changed.length === 0) return { changed, before, after };
  const lost = changes.filter((one) => ["replace", "destroy"].includes(actionOf(one) ?? ""));
  if (lost.length > 0) {
    throw new ActionRequired(
      `the settings would replace or destroy ${lost.map(({ address }) => address).join(", ")} before the environment is destroyed`,
      "Put the settings back to what is deployed, or deploy them first, then run the command again.",
    );
  }
  return { file, changed, before, after };
}

const PROTECTION = "Taking the deletion protections off.";
const SNAPSHOT = "Applying the setting finalSnapshot to the database.";

/** The attributes that decide what a destroy does, and the message when they change before it. */
const DECISIVE: Readonly<Record<string, string>> = {
  deletion_protection: PROTECTION,
  enable_deletion_protection: PROTECTION,
  skip_final_snapshot: SNAPSHOT,
  final_snapshot_identifier: SNAPSHOT,
  force_delete: "Applying the setting forceDelete to the repositories.",
};

function settingsThatChange({ change: { before, after } }: ResourceChange): string[] {
  return Object.entries(DECISIVE)
    .filter(([key]) => (before?.[key] ?? null) !== (after?.[key] ?? null))
    .map(([, words]) => words);
}

/**
 * The fate of a final snapshot of each database, in words, by the coming state.
 * @throws ActionRequired if the name of one is taken, which RDS would refuse half-way
 */
async function finalSnapshots(
  environment: Environment,
  before: readonly ResourceChange[],
  after: readonly ResourceChange[],
): Promise<string[]> {
  const databases = before.filter(({ type }) => type === "aws_db_instance");
  const lines: string[] = [];
  for (const { address, change } of databases) {
    const planned = after.find((one) => one.address === address)?.change.after ?? change.before;
    if (planned?.skip_final_snapshot) {
      lines.push("No snapshot of the database stays: the setting finalSnapshot is false.");
      continue;
    }
    const snapshot = String(planned?.final_snapshot_identifier);
    if (await snapshotExists(environment, snapshot)) {
      throw new ActionRequired(
        `there is already a snapshot ${snapshot}, the name that the database's final snapshot would get`,
        `Delete it if nobody needs it: aws rds delete-db-snapshot --region ${environment.region} --db-snapshot-identifier ${snapshot}`,
      );
    }
    lines.push(`A final snapshot of the database stays: ${snapshot}.`);
  }
  return lines;
}

/** ECR deletes no repository that holds images, unless the state allows it. */
async function emptyRepositories(
  environment: Environment,
  after: readonly ResourceChange[],
): Promise<void> {
  for (const component of components) {
    const repository = names.repository(originOf(environment), component);
    const found = after.find(({ change }) => change.after?.name === repository);
    if (!found || found.change.after?.force_delete) continue;
    const deleted = await emptyRepository(environment, component);
    if (deleted > 0) say(`${repository}: deleted ${count(deleted, "image")}.`);
  }
}

/** The next creation by plain Terraform would fail on a log group that AWS has recreated. */
async function deleteRewrittenLogs(environment: Environment): Promise<void> {
  for (const group of logGroupsOfAws(environment.name)) {
    if (await deleteLogGroup(environment, group)) {
      say(`${group}: AWS had made it again to write its last lines; deleted.`);
    }
  }
}

/** AWS goes on deleting some things for a while: what is found may be gone some seconds later. */
async function proveGone(environment: Environment): Promise<RemainingResource[]> {
  const { name } = environment;
  onInterrupt(`${name} is destroyed; the search for remaining resources was not finished.`);
  return waitFor<RemainingResource[]>({
    what: "Remaining resources by its tags",
    timeout: 180,
    interval: 10,
    advice: [
      "They are no longer in Terraform's state: delete them by hand.",
      `aws resourcegroupstaggingapi get-resources --region ${environment.region} --tag-filters Key=Environment,Values=${name} Key=Project,Values=plue`,
    ],
    look: async () => {
      await deleteRewrittenLogs(environment);
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
