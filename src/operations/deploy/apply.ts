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
import type { Terraform } from "../../terraform/terraform";
import type { VariableOptions } from "../../terraform/variables";
import { refuseAnotherKey } from "./another-key";
import { planCost, planCostText } from "../inspect/cost";
import type { Environment } from "../environment";
import { keepImages, plannedTags } from "./keep-images";
import { findLeftovers } from "./leftovers";
import { refuseUnreviewed } from "./review";
import { refuseMissingImages } from "./missing-images";

/** What to plan and apply. */
export interface ApplyOptions {
  /** Values of variables. @default the stack's own */
  readonly variables?: VariableOptions;
  /** Addresses that the plan is limited to, with what they depend on. @default everything */
  readonly targets?: readonly string[];
  /** Apply without asking. */
  readonly yes: boolean;
  /** What was reviewed: nothing else is applied, and nobody is asked. @default the user is asked */
  readonly reviewed?: Review;
}

interface SavedPlan {
  readonly file: string;
  readonly plan: PlanJson;
}

/**
 * Plans, shows what would happen, asks, and applies that very plan.
 * @returns what was done: nothing if nothing was to do
 * @throws ActionRequired if the answer is no, the key of data would change, or an image that would be started does not exist
 */
export async function planAndApply(
  environment: Environment,
  terraform: Terraform,
  options: ApplyOptions,
): Promise<PlannedAction[]> {
  const done: PlannedAction[] = [];
  for (;;) {
    const saved = await planWithoutTaint(terraform, options);
    const actions = plannedActions(saved.plan, terraform.stack);
    if (!changesAnything(saved.plan, actions)) {
      if (done.length === 0) {
        say(`\n${environment.name}: nothing to change.`);
        // Whoever deploys with cdktf or Terraform marks nothing.
        await keepImages(environment, plannedTags(environment, saved.plan), { forget: true });
      }
      return done;
    }
    say(`\n${summarize(actions)}\n`);
    // A plan of some modules does not know what the others cost.
    if (!options.targets?.length) say(`${planCostText(planCost(environment, saved.plan))}\n`);
    refuseAnotherKey(environment.name, actions);
    // Nothing pulls images on an embedded AWS, unless a tag was named.
    if (!environment.embedded || namesAnImageTag(options.variables)) {
      await refuseMissingImages(environment, saved.plan, actions);
    }
    if (options.reviewed) refuseUnreviewed(options.reviewed, saved.plan, { partial: true });
    await confirm(
      `Apply this to ${environment.name} (account ${environment.accountId})?`,
      options.yes || options.reviewed !== undefined,
    );
    await keepImages(environment, plannedTags(environment, saved.plan), { forget: true });
    onInterrupt(
      "Terraform finished what it was at and saved the state. Run the same command again: it goes on from there.",
    );
    done.push(...actions);
    if (await applied(environment, terraform, saved, options)) {
      onInterrupt(`Everything planned was applied to ${environment.name}.`);
      return done;
    }
  }
}

/**
 * Plans; objects that an apply has created without seeing the end are kept rather than replaced, if
 * the user agrees: their replacement would collide with their own names.
 */
async function planWithoutTaint(
  terraform: Terraform,
  { variables, targets, yes }: ApplyOptions,
): Promise<SavedPlan> {
  const saved = await terraform.plan({ variables, targets });
  const tainted = taintedAddresses(saved.plan);
  if (tainted.length === 0) return saved;
  say(`\nAn earlier apply was cut short while AWS was creating\n  ${tainted.join("\n  ")}`);
  await confirm("Keep them, and change what is not yet as it should be?", yes);
  await terraform.untaint(tainted);
  return terraform.plan({ variables, targets });
}

/**
 * Applies a plan. What an apply that was cut short has created, and the state does not know, is taken
 * into the state if the user agrees.
 * @returns whether all was applied; false if a new plan must do the rest
 */
async function applied(
  environment: Environment,
  terraform: Terraform,
  { file, plan }: SavedPlan,
  { variables, yes }: ApplyOptions,
): Promise<boolean> {
  try {
    await terraform.apply(file);
    return true;
  } catch (error) {
    if (!(error instanceof AlreadyExists)) throw error;
    const leftovers = await findLeftovers(environment, plan, error.addresses);
    say("\nAn apply that was cut short has created these, and the state does not know them:");
    for (const { address, id } of leftovers) say(`  ${address} (${id})`);
    await confirm("Take them into the state, and go on?", yes);
    for (const { address, id } of leftovers) await terraform.import(address, id, variables);
    return false;
  }
}

function namesAnImageTag({ var: values = [] }: VariableOptions = {}): boolean {
  return values.some((value) => /^(api|web|migrate)_image_tag=/.test(value));
}
