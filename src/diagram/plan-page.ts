import {
  actionOf,
  forcingAttributes,
  type Action,
  type Check,
  type PlanJson,
  type PlannedAction,
  type ResourceChange,
} from "../terraform/plan";
import { past } from "./changes";
import type { Drawing } from "./layout";
import { drawingSection, inventorySection, page, type Section } from "./page";
import { escape } from "./svg";
import { compare } from "../terraform/stack";
import { secretsOf, valueChanges, type Shown, type ValueChange } from "./values";

/** The cost of a plan, ready to be shown. */
export interface PriceSection {
  /** In one sentence. */
  readonly summary: string;
  /** Titles of the columns. */
  readonly head: readonly string[];
  /** Row by row; numbers are aligned at the right. */
  readonly rows: readonly (readonly (string | number)[])[];
  /** The assumptions and what is not priced, one line each. */
  readonly notes: readonly string[];
}

/** The content of a plan's page. */
export interface PlanPage {
  /** Name of the environment. */
  readonly environment: string;
  readonly plan: PlanJson;
  readonly actions: readonly PlannedAction[];
  readonly drawing: Drawing;
  /** The drawing, coloured. */
  readonly svg: string;
  /** @default no section about the price */
  readonly price?: PriceSection;
}

/** Writes the page of a plan. */
export function planPage({ environment, plan, actions, drawing, svg, price }: PlanPage): string {
  const made = plan.timestamp ? `made at ${plan.timestamp}, ` : "";
  const html = page({
    title: `Plan for ${environment}`,
    subtitle: `${made}${actions.length === 0 ? "no resource changes" : `${actions.length} of ${drawn(drawing)} resources`}`,
    summary: counts(actions),
    sections: [
      changesSection(plan, actions),
      ...outputsSection(plan),
      drawingSection(svg),
      ...(price ? [priceSection(price)] : []),
      checksSection(plan.checks ?? []),
      inventorySection(drawing),
    ],
  });
  return maskEverywhere(html, plan);
}

const drawn = ({ parts }: Drawing) =>
  parts.reduce((sum, { part }) => sum + part.addresses.length + part.folded.length, 0);

/** Id in the page of a resource's change. */
export const changeAnchor = (address: string) => `change-${address.replace(/[^\w.-]/g, "-")}`;

/** The gravest first. */
const order = Object.keys(past) as readonly Action[];

function counts(actions: readonly PlannedAction[]): string {
  const items = order.flatMap((action) => {
    const number = actions.filter((one) => one.action === action).length;
    return number > 0 ? [`<li>${number} ${badge(action)}</li>`] : [];
  });
  return items.length > 0 ? `<ul class="counts">${items.join("")}</ul>` : "";
}

const badge = (action: Action) => `<span class="badge ${action}">${past[action]}</span>`;

function changesSection(plan: PlanJson, actions: readonly PlannedAction[]): Section {
  const changes = new Map((plan.resource_changes ?? []).map((one) => [one.address, one]));
  const modules = [...new Set(actions.map(({ module }) => module))].sort(compare);
  const body = modules.map((module) => {
    const here = actions
      .filter((one) => one.module === module)
      .sort(
        (a, b) =>
          order.indexOf(a.action) - order.indexOf(b.action) || compare(a.address, b.address),
      );
    return [
      `<div class="group"><h3>${escape(module)}</h3>`,
      ...here.map((action) => resource(action, changes.get(action.address)!)),
      `</div>`,
    ].join("\n");
  });
  return {
    id: "changes",
    title: "Changes by module",
    body: body.join("\n") || "<p>No resource changes.</p>",
  };
}

function resource({ action, address }: PlannedAction, change: ResourceChange): string {
  const forcing = action === "replace" ? forcingAttributes(change) : [];
  const why =
    action === "replace"
      ? `forced by ${forcing.join(", ") || (change.action_reason ?? "Terraform")}`
      : action === "move"
        ? `from ${change.previous_address ?? ""}`
        : "";
  const values = actionOf(change) === "move" ? [] : valueChanges(change.change);
  return [
    `<details class="entry" id="${changeAnchor(address)}">`,
    `<summary>${badge(action)} <code>${escape(address)}</code> <span class="where">${escape(why)}</span></summary>`,
    values.length > 0 ? table(values, forcing) : "<p>Its attributes stay as they are.</p>",
    `</details>`,
  ].join("\n");
}

/** @param forcing attributes that force a replacement */
function table(changes: readonly ValueChange[], forcing: readonly string[] = []): string {
  const cell = (side: "before" | "after", shown?: Shown) =>
    `<td class="${shown ? side : "none"}">${shown ? value(shown) : ""}</td>`;
  const forces = (path: string) => forcing.includes(/^\w*/.exec(path)![0]);
  const name = (path: string) => escape(path).replace(/[.[]/g, "<wbr>$&");
  return [
    `<div class="wide"><table class="changes"><thead><tr><th scope="col">Attribute</th><th scope="col">Before</th><th scope="col">After</th></tr></thead><tbody>`,
    ...changes.map(
      ({ path, before, after }) =>
        `<tr><th scope="row"><code>${name(path)}</code>${forces(path) ? ` <span class="where">forces replacement</span>` : ""}</th>${cell("before", before)}${cell("after", after)}</tr>`,
    ),
    `</tbody></table></div>`,
  ].join("\n");
}

function value(shown: Shown): string {
  if (shown.kind === "sensitive") return `<span class="hidden-value">sensitive, not shown</span>`;
  if (shown.kind === "unknown") return `<span class="unknown">known after the apply</span>`;
  // A long value scrolls by itself, by keyboard too.
  const long = shown.text.length > LONG ? ` long" tabindex="0` : "";
  return `<span class="value${long}">${escape(shown.text)}</span>`;
}

/** Characters. */
const LONG = 600;

function outputsSection({ output_changes: outputs = {} }: PlanJson): Section[] {
  const changed = Object.entries(outputs)
    .filter(([, { actions }]) => actions.join() !== "no-op")
    .sort(([a], [b]) => compare(a, b))
    .flatMap(([name, change]) =>
      valueChanges(change).map((one) => ({ ...one, path: `${name}${one.path}` })),
    );
  if (changed.length === 0) return [];
  return [{ id: "outputs", title: "Outputs", body: table(changed) }];
}

function priceSection({ summary, head, rows, notes }: PriceSection): Section {
  const cell = (tag: "th" | "td", content: string | number, column: number) => {
    const number = rows.some((row) => typeof row[column] === "number");
    const shown = typeof content === "number" ? content.toFixed(2) : content;
    return `<${tag}${number ? ` class="number"` : ""}>${escape(shown)}</${tag}>`;
  };
  const row = (tag: "th" | "td", cells: readonly (string | number)[]) =>
    `<tr>${cells.map((content, column) => cell(tag, content, column)).join("")}</tr>`;
  return {
    id: "price",
    title: "Price",
    body: [
      `<p>${escape(summary)}</p>`,
      `<div class="wide"><table><thead>${row("th", head)}</thead><tbody>`,
      ...rows.map((cells) => row("td", cells)),
      `</tbody></table></div>`,
      `<ul>${notes.map((note) => `<li>${escape(note)}</li>`).join("")}</ul>`,
    ].join("\n"),
  };
}

const verdicts: Readonly<Record<Check["status"], string>> = {
  pass: "holds",
  fail: "fails",
  error: "in error",
  unknown: "after apply",
};

function checksSection(checks: readonly Check[]): Section {
  const items = checks
    .toSorted((a, b) => compare(a.address.to_display, b.address.to_display))
    .map(({ address, status, instances = [] }) => {
      const problems = instances.flatMap(({ problems: found = [] }) => found);
      const messages = problems.map(({ message }) => `<br>${escape(message)}`).join("");
      return `<li class="entry"><span class="badge ${status}">${verdicts[status]}</span> <code>${escape(address.to_display)}</code>${messages}</li>`;
    });
  return {
    id: "checks",
    title: "Checks",
    body:
      items.length > 0
        ? `<p>What the stack demands of its variables and resources.</p>\n<ul class="plain">${items.join("\n")}</ul>`
        : "<p>The plan lists none.</p>",
  };
}

/** Shorter texts are everywhere: a port, a flag. */
const SHORTEST_SECRET = 6;

/** Takes out what the plan calls sensitive in one place and not in another. */
function maskEverywhere(html: string, plan: PlanJson): string {
  const changes = [
    ...(plan.resource_changes ?? []).map(({ change }) => change),
    ...Object.values(plan.output_changes ?? {}),
  ];
  const secrets = new Set(
    changes.flatMap(secretsOf).filter((secret) => secret.length >= SHORTEST_SECRET),
  );
  return [...secrets]
    .sort((a, b) => b.length - a.length)
    .reduce((text, secret) => text.replaceAll(escape(secret), "(sensitive)"), html);
}
