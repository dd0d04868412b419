import { onInterrupt } from "../../process/interrupt";
import { confirm } from "../../terminal/prompt";
import { say } from "../../terminal/output";
import { AlreadyExists } from "../../terraform/failures";
import {
  changesAnything,
  plannedActions,
  summarize,
  taintedAddresses,
  type PlanJson,
  type PlannedAction,
} from "../../terraform/plan";
import type { Review } from "../../terraform/review";
import type { Import, Terraform } from "../../terraform/terraform";
import type { VariableOptions } from "../../terraform/variables";
import { planCost, planCostText } from "../inspect/cost";
import { runsTasks, type Environment } from "../environment";
import { keepImages, plannedTags } from "./keep-images";
import { findLeftovers } from "./leftovers";
import { refuseReplacements, refuseTakenCidrs } from "./replacements";
import { refuseUnreviewed } from "./review";
import { refuseMissingImages } from "./missing-images";
import { refuseWaitingSecrets } from "./waiting-secrets";

/** Options of a plan and its apply. */
export interface ApplyOptions {
  /** Values of variables. @default the stack's own */
  readonly variables?: VariableOptions;
  /** Addresses to plan, with their dependencies. @default everything */
  readonly targets?: readonly string[];
  /** Applies without a prompt. */
  readonly yes: boolean;
  /** True if the plan adopts a state of the old project. @default false */
  readonly adoption?: boolean;
  /** Reviewed plan: only the same plan is applied, without a prompt. @default a prompt asks the user */
  readonly reviewed?: Review;
}

interface SavedPlan {
  readonly file: string;
  readonly plan: PlanJson;
}

/**
 * Plans, shows the plan, asks for confirmation, and applies exactly that plan.
 * @returns the applied actions; none if there were no changes
 * @throws ActionRequired if the answer is no, the key of data would change, an adopted service would be replaced, a subnet's
 * CIDR or a secret's name is taken, or an image that the plan starts does not exist
 */
export async function planAndApply(
  environment: Environment,
  terraform: Terraform,
  options: ApplyOptions,
): Promise<PlannedAction[]> {
  const done: PlannedAction[] = [];
  const imports: Import[] = [];
  for (;;) {
    const saved = await planWithoutTaint(terraform, options, imports);
    const actions = plannedActions(saved.plan, terraform.stack);
    if (!changesAnything(saved.plan, actions)) {
      if (done.length === 0) {
        say(`\n${environment.name}: nothing to change.`);
        // A deployment with cdktf or Terraform does not mark its images.
        await keepImages(environment, plannedTags(environment, saved.plan), { forget: true });
      }
      return done;
    }
    say(`\n${summarize(actions)}\n`);
    // A plan of some modules cannot show the cost of the others.
    if (!options.targets?.length) say(`${planCostText(planCost(environment, saved.plan))}\n`);
    refuseReplacements(environment, actions);
    refuseTakenCidrs(environment.name, saved.plan);
    await refuseWaitingSecrets(environment, saved.plan);
    // Where no task runs nothing pulls images, unless the user named a tag.
    if (runsTasks(environment) || namesAnImageTag(options.variables)) {
      await refuseMissingImages(environment, saved.plan, actions, options.adoption);
    }
    if (options.reviewed) refuseUnreviewed(options.reviewed, saved.plan, { partial: true });
    await confirm(
      `Apply this to ${environment.name} (account ${environment.accountId})?`,
      options.yes || options.reviewed !== undefined,
    );
    await keepImages(environment, plannedTags(environment, saved.plan), { forget: true });
    onInterrupt(
      "Terraform finished the current step and saved the state. Run the same command again to continue.",
    );
    done.push(...actions);
    const leftovers = await applied(environment, terraform, saved, options);
    imports.push(...leftovers);
    if (leftovers.length === 0) {
      onInterrupt(`Everything planned was applied to ${environment.name}.`);
      return done;
    }
  }
}

/**
 * Plans. If the user agrees, it keeps objects that an interrupted apply created, instead of replacing them: the
 * replacements would need the same names.
 */
async function planWithoutTaint(
  terraform: Terraform,
  { variables, targets, yes }: ApplyOptions,
  imports: readonly Import[],
): Promise<SavedPlan> {
  const saved = await terraform.plan({ variables, targets, imports });
  const tainted = taintedAddresses(saved.plan);
  if (tainted.length === 0) return saved;
  say(`\nAn earlier apply was interrupted while AWS was creating\n  ${tainted.join("\n  ")}`);
  await confirm("Keep them, and update them in place?", yes);
  await terraform.untaint(tainted);
  return terraform.plan({ variables, targets, imports });
}

/**
 * Applies a plan.
 * @returns what an interrupted apply created and the state does not have, for the next plan to import if
 * the user agrees; none if everything was applied
 */
async function applied(
  environment: Environment,
  terraform: Terraform,
  { file, plan }: SavedPlan,
  { yes }: ApplyOptions,
): Promise<Import[]> {
  try {
    await terraform.apply(file);
    return [];
  } catch (error) {
    if (!(error instanceof AlreadyExists)) throw error;
    const leftovers = await findLeftovers(environment, terraform.stack, plan, error.addresses);
    say("\nAn interrupted apply created these objects, and they are not in the state:");
    for (const { address, id } of leftovers) say(`  ${address} (${id})`);
    await confirm("Import them into the state and continue?", yes);
    return leftovers;
  }
}

function namesAnImageTag({ var: values = [] }: VariableOptions = {}): boolean {
  return values.some((value) => /^(api|web|migrate)_image_tag=/.test(value));
}
