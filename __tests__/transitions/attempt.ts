import { readFileSync } from "node:fs";
import { join } from "node:path";
import { remainingResources } from "../../src/operations/deploy/remaining";
import { kinds } from "../../src/resources";
import type { EnvironmentSettings } from "../../src/environments/settings";
import { refuseReplacements, refuseTakenCidrs } from "../../src/operations/deploy/replacements";
import { ActionRequired } from "../../src/process/errors";
import { actionOf, forcingAttributes, type PlanJson } from "../../src/terraform/plan";
import type { CopiedAws } from "../support/copies";
import type { Deployment } from "../support/deployment";
import type { Change } from "./changes";

/** Why a change is not accepted. */
export type Fault =
  /** Neither the settings nor those before can be applied. */
  | "stuck"
  /** An apply failed; the same or the other settings can be applied. */
  | "half-way"
  /** The plan is refused without the name of the setting. */
  | "refused without a name"
  /** The plan deletes what holds data and is still in the settings. */
  | "destroys data"
  /** The plan after an apply has changes. */
  | "not settled"
  /** A destroy fails, or leaves something. */
  | "left over"
  /** Something else failed. */
  | "broken"
  /** A provider that the settings need cannot be installed here. */
  | "not tried";

/** How a change went. */
export type Outcome =
  | { readonly result: "applied" }
  | { readonly result: "refused"; readonly message: string }
  | { readonly result: Fault; readonly message: string };

class Failure extends Error {
  constructor(
    readonly fault: Fault,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Tries a change on a copy: applies each step and expects an empty plan after it.
 * @param stack deployed with the settings `base`
 * @param destroyed destroy it in the end, and expect nothing to remain
 */
export async function attempt(
  aws: CopiedAws,
  stack: Deployment,
  base: EnvironmentSettings,
  { byAws, steps }: Change,
  destroyed = false,
): Promise<Outcome> {
  try {
    return await aws.onCopy(async (client) => {
      await byAws?.(client, base.name);
      let refused: string | undefined;
      let before = base;
      for (const to of steps) {
        const message = await step(stack, before, to, !byAws);
        if (message === undefined) before = to;
        refused ??= message;
      }
      if (destroyed) await destroy(stack, { ...client, name: base.name });
      return refused === undefined
        ? { result: "applied" }
        : { result: "refused", message: refused };
    });
  } catch (error) {
    const result = error instanceof Failure ? error.fault : "broken";
    return { result, message: error instanceof Error ? error.message : String(error) };
  } finally {
    stack.synthesize(base);
  }
}

/**
 * Plans and applies settings.
 * @param refreshed AWS is as the state has it
 * @returns why the plan refused them; undefined if they were applied
 */
async function step(
  stack: Deployment,
  before: EnvironmentSettings,
  to: EnvironmentSettings,
  refreshed: boolean,
): Promise<string | undefined> {
  const provided = providersOf(stack);
  stack.synthesize(to);
  // A stack in two regions starts its own provider, which the first init has not installed.
  if (providersOf(stack) !== provided) {
    const { code, ...output } = await stack.terraform("init", "-input=false");
    if (code !== 0) throw new Failure("not tried", errorsIn({ code, ...output }));
  }
  const planned = await stack.terraform(
    "plan",
    "-input=false",
    "-out=change.tfplan",
    // The plan before has read everything, and found nothing to change.
    ...(refreshed ? ["-refresh=false"] : []),
  );
  if (planned.code !== 0) {
    const message = errorsIn(planned);
    if (changedKeys(before, to).some((key) => message.includes(key))) return message;
    throw new Failure("refused without a name", message);
  }
  const plan = JSON.parse(await stack.succeed("show", "-json", "change.tfplan")) as PlanJson;
  const refused = refusalOfPlue(to, plan);
  if (refused !== undefined) return refused;
  const lost = losses(stack, plan);
  if (lost.length > 0) throw new Failure("destroys data", lost.join("\n"));
  const applied = await stack.terraform("apply", "-input=false", "change.tfplan");
  if (applied.code !== 0) await afterFailure(stack, before, to, errorsIn(applied));
  const pending = await stack.pending();
  if (pending.length > 0) throw new Failure("not settled", pending.join("\n"));
  return undefined;
}

/** The providers that a synthesized stack needs. */
function providersOf({ folder }: Deployment): string {
  const { terraform, provider } = JSON.parse(
    readFileSync(join(folder, "cdk.tf.json"), "utf8"),
  ) as Record<string, Record<string, unknown>>;
  return JSON.stringify([terraform!.required_providers, provider]);
}

/** Why `plue` refuses a plan that Terraform accepts; undefined if it does not. */
function refusalOfPlue(settings: EnvironmentSettings, plan: PlanJson): string | undefined {
  try {
    const changes = plan.resource_changes ?? [];
    refuseReplacements(
      { name: settings.name, settings },
      changes.flatMap((change) => {
        const [action, { address }] = [actionOf(change), change];
        return action ? [{ action, address, attributes: forcingAttributes(change) }] : [];
      }),
    );
    refuseTakenCidrs(settings.name, plan);
    return undefined;
  } catch (error) {
    if (error instanceof ActionRequired) return [error.message, ...(error.advice ?? [])].join("\n");
    throw error;
  }
}

/** Finds out whether there is a way on or back. */
async function afterFailure(
  stack: Deployment,
  before: EnvironmentSettings,
  to: EnvironmentSettings,
  message: string,
): Promise<never> {
  for (const [way, settings] of [
    ["the same again", to],
    ["the settings before", before],
  ] as const) {
    stack.synthesize(settings);
    const { code } = await stack.terraform("apply", "-input=false", "-auto-approve");
    if (code === 0) throw new Failure("half-way", `${message}\n(${way} can be applied)`);
  }
  throw new Failure("stuck", message);
}

async function destroy(
  stack: Deployment,
  environment: Parameters<typeof remainingResources>[0],
): Promise<void> {
  const { code, ...output } = await stack.terraform("destroy", "-input=false", "-auto-approve");
  if (code !== 0) throw new Failure("left over", errorsIn({ code, ...output }));
  const remaining = await remainingResources(environment);
  const left = remaining.filter(({ reason }) => reason === undefined).map(({ arn }) => arn);
  if (left.length > 0) throw new Failure("left over", left.join("\n"));
}

/** Addresses that hold data, are in the settings, and would be deleted. */
function losses(stack: Deployment, { resource_changes: changes = [] }: PlanJson): string[] {
  const { resource } = JSON.parse(readFileSync(join(stack.folder, "cdk.tf.json"), "utf8")) as {
    resource: Record<string, Record<string, unknown>>;
  };
  return changes
    .filter(({ type, address, change }) => {
      const [, name = ""] = address.replace(/\[.*/, "").split(".");
      const holdsData = (kinds.get(type)?.loses ?? "none") !== "none";
      return holdsData && change.actions.includes("delete") && resource[type]?.[name] !== undefined;
    })
    .map(({ address }) => address);
}

/** The names of the settings that differ. */
function changedKeys(one: unknown, other: unknown, key = ""): string[] {
  if (JSON.stringify(one) === JSON.stringify(other)) return [];
  const keys = [one, other].flatMap((value) =>
    typeof value === "object" && value !== null ? Object.keys(value) : [],
  );
  if (keys.length === 0) return [key];
  return [...new Set(keys)].flatMap((name) =>
    changedKeys(
      (one as Record<string, unknown> | undefined)?.[name],
      (other as Record<string, unknown> | undefined)?.[name],
      /^\d+$/.test(name) ? key : name,
    ),
  );
}

function errorsIn({ stdout, stderr }: Awaited<ReturnType<Deployment["terraform"]>>): string {
  const text = (stderr || stdout).replace(/^[│╷╵]? ?/gm, "");
  const start = text.indexOf("Error:");
  return text
    .slice(Math.max(start, 0))
    .replace(/\n{2,}/g, "\n")
    .trim();
}
