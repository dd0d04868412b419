import { confirm } from "../terminal/prompt";
import type { Environment } from "./environment";
import { onInterrupt } from "../terminal/interrupt";
import { refuseMissingImages } from "./images";
import { findLeftovers } from "./leftovers";
import { say } from "../terminal/output";
import {
  changesAnything,
  halfMade,
  plannedActions,
  summarize,
  type PlannedAction,
} from "../terraform/plan";
import { AlreadyExists, type Terraform, type VariableOptions } from "../terraform/terraform";

/** What to plan and apply. */
export interface ApplyOptions {
  /** Values of variables. @default the stack's own */
  readonly variables?: VariableOptions;
  /** Addresses that the plan is limited to, with what they depend on. @default everything */
  readonly targets?: readonly string[];
  /** Apply without asking. */
  readonly yes: boolean;
}

/**
 * Plans, shows what would happen, asks, and applies that very plan.
 * @returns what was done: nothing if nothing was to do
 * @throws NeedsPerson if the answer is no, or an image that would be started does not exist
 */
export async function planAndApply(
  environment: Environment,
  terraform: Terraform,
  { variables, targets, yes }: ApplyOptions,
): Promise<PlannedAction[]> {
  let { file, plan } = await terraform.plan({ variables, targets });
  const unfinished = halfMade(plan);
  if (unfinished.length > 0) {
    // Made anew, each would collide with itself: its name is taken for as long as it exists.
    say(`\nAn apply was cut short while AWS was making\n  ${unfinished.join("\n  ")}`);
    await confirm("Keep them, and change what is not yet as it should be?", yes);
    await terraform.untaint(unfinished);
    ({ file, plan } = await terraform.plan({ variables, targets }));
  }
  const actions = plannedActions(plan, terraform.stack);
  if (!changesAnything(plan, actions)) {
    say(`\n${environment.name}: nothing to change.`);
    return [];
  }
  say(`\n${summarize(actions)}\n`);
  const tagGiven = variables?.var?.some((value) => value.includes("_image_tag=")) ?? false;
  // Nothing pulls images on an embedded AWS.
  if (!environment.embedded || tagGiven) await refuseMissingImages(environment, plan, actions);
  await confirm(`Apply this to ${environment.name} (account ${environment.accountId})?`, yes);
  onInterrupt(
    "Terraform finished what it was at and saved the state. Run the same command again: it goes on from there.",
  );
  try {
    await terraform.apply(file);
  } catch (error) {
    if (!(error instanceof AlreadyExists)) throw error;
    const leftovers = await findLeftovers(environment, plan, error.addresses);
    if (leftovers.length < error.addresses.length) throw error;
    say("\nAn apply that was cut short has left these, and the state does not know them:");
    for (const { address, id } of leftovers) say(`  ${address} (${id})`);
    await confirm("Take them into the state, and go on?", yes);
    for (const { address, id } of leftovers) await terraform.import(address, id, variables);
    return [
      ...actions,
      ...(await planAndApply(environment, terraform, { variables, targets, yes })),
    ];
  }
  onInterrupt(`Everything planned was applied to ${environment.name}.`);
  return actions;
}
