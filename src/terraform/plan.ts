import { count, table } from "../terminal/output";
import type { Stack, VariableValues } from "./stack";

/** A saved plan, as far as it is read here: the format of `terraform show -json`. */
export interface PlanJson {
  readonly resource_changes?: readonly ResourceChange[];
  /** The differences between the state and AWS before the plan: what was changed outside of Terraform. */
  readonly resource_drift?: readonly ResourceChange[];
  readonly output_changes?: Readonly<
    Record<string, Change & { readonly actions: readonly string[] }>
  >;
  /** Values of variables, sensitive ones too. */
  readonly variables?: Readonly<Record<string, { readonly value?: unknown }>>;
  readonly checks?: readonly Check[];
  /** When it was made. */
  readonly timestamp?: string;
}

/** Both sides of a change, with marks of the same shape for what is sensitive or not yet known. */
export interface Change {
  readonly before: unknown;
  readonly after: unknown;
  readonly after_unknown?: unknown;
  readonly before_sensitive?: unknown;
  readonly after_sensitive?: unknown;
}

/** Results of the preconditions, postconditions and validations of one object. */
export interface Check {
  readonly address: { readonly kind: string; readonly to_display: string };
  readonly status: "pass" | "fail" | "error" | "unknown";
  readonly instances?: readonly {
    readonly problems?: readonly { readonly message: string }[];
  }[];
}

/** The change of one resource in a plan. */
export interface ResourceChange {
  readonly address: string;
  readonly previous_address?: string;
  readonly mode: "managed" | "data";
  readonly type: string;
  readonly action_reason?: string;
  /** Key of an earlier object of this address, which a replacement did not delete. */
  readonly deposed?: string;
  readonly change: Change & {
    readonly actions: readonly string[];
    readonly before: Readonly<Record<string, unknown>> | null;
    readonly after: Readonly<Record<string, unknown>> | null;
    readonly after_unknown?: Readonly<Record<string, unknown>>;
    /** Present if the plan takes an object that exists into the state. */
    readonly importing?: object;
    readonly replace_paths?: readonly (readonly (string | number)[])[];
  };
}

/** An action on a resource. */
export type Action = "create" | "change" | "replace" | "destroy" | "move" | "forget" | "import";

/** One line of a summary. */
export interface PlannedAction {
  readonly action: Action;
  readonly address: string;
  /** The construct that holds it; `(removed)` for one that is no longer in the code. */
  readonly module: string;
  /** Changed attributes, or those that force a replacement. */
  readonly attributes: readonly string[];
}

/** The values that the variables have in a plan, by name. */
export function valuesIn(plan?: PlanJson): VariableValues {
  const values = Object.entries(plan?.variables ?? {}).map(([name, { value }]) => [name, value]);
  return Object.fromEntries(values) as VariableValues;
}

/** The actions of a plan, in the order of its modules. */
export function plannedActions(plan: PlanJson, stack: Stack): PlannedAction[] {
  return (plan.resource_changes ?? []).flatMap((resource) => {
    const action = actionOf(resource);
    if (resource.mode !== "managed" || action === undefined) return [];
    const { address } = resource;
    const module = stack.moduleOf(address) ?? "(removed)";
    return [{ action, address, module, attributes: attributesOf(action, resource) }];
  });
}

/** The addresses that would be replaced only because an earlier apply did not see their creation end. */
export function taintedAddresses(plan: PlanJson): string[] {
  return (plan.resource_changes ?? [])
    .filter(({ action_reason: reason }) => reason === "replace_because_tainted")
    .map(({ address }) => address);
}

/** Tests whether a plan would change anything, be it an output. */
export function changesAnything(plan: PlanJson, actions: readonly PlannedAction[]): boolean {
  const outputs = Object.values(plan.output_changes ?? {});
  return actions.length > 0 || outputs.some(({ actions: [action] }) => action !== "no-op");
}

const columns: readonly Action[] = [
  "create",
  "change",
  "replace",
  "destroy",
  "move",
  "forget",
  "import",
];

/** A summary that a person can read: counts by module, then all that is not plain creation. */
export function summarize(actions: readonly PlannedAction[]): string {
  if (actions.length === 0) return "No resource changes.";
  const modules = [...new Set(actions.map(({ module }) => module))].sort();
  const number = (action: Action, module?: string) =>
    actions.filter((one) => one.action === action && (!module || one.module === module)).length;
  const shown = columns.filter((action) => number(action) > 0);
  const rows = modules.map((module) => [
    module,
    ...shown.map((action) => number(action, module) || undefined),
  ]);
  const notable = actions
    .filter(({ action }) => action !== "create")
    .sort((a, b) => columns.indexOf(b.action) - columns.indexOf(a.action));
  return [
    table(["module", ...shown], rows),
    "",
    ...notable.map(({ action, address, attributes }) => {
      const why = action === "replace" ? "forced by " : "";
      return `${action.padEnd(8)} ${address}${attributes.length > 0 ? ` (${why}${attributes.join(", ")})` : ""}`;
    }),
    ...(notable.length > 0 ? [""] : []),
    `${count(actions.length, "resource")}: ${shown.map((action) => `${number(action)} to ${action}`).join(", ")}.`,
  ].join("\n");
}

/** The action on a resource; undefined if there is none. */
export function actionOf({
  address,
  previous_address,
  change,
}: ResourceChange): Action | undefined {
  switch (change.actions.join()) {
    case "create":
      return "create";
    case "update":
      return "change";
    case "delete":
      return "destroy";
    case "delete,create":
    case "create,delete":
      return "replace";
    case "forget":
      return "forget";
    default:
      if (change.importing) return "import";
      return previous_address && previous_address !== address ? "move" : undefined;
  }
}

function attributesOf(action: Action, resource: ResourceChange): string[] {
  if (action === "move") return [`from ${resource.previous_address}`];
  if (action === "replace") return forcingAttributes(resource);
  return action === "change" ? changedAttributes(resource) : [];
}

/** The attributes that force a resource to be replaced. */
export function forcingAttributes({ change }: ResourceChange): string[] {
  return [...new Set((change.replace_paths ?? []).map(([attribute]) => String(attribute)))];
}

/** The attributes that differ, or may: those that are known after the apply only. */
export function changedAttributes({ change }: ResourceChange): string[] {
  const { before, after, after_unknown: unknown } = change;
  const keys = new Set([before, after, unknown].flatMap((side) => Object.keys(side ?? {})));
  return [...keys]
    .filter(
      (key) =>
        JSON.stringify(before?.[key]) !== JSON.stringify(after?.[key]) || hasTrue(unknown?.[key]),
    )
    .sort();
}

function hasTrue(unknown: unknown): boolean {
  if (typeof unknown !== "object" || unknown === null) return unknown === true;
  return Object.values(unknown).some(hasTrue);
}
