import { readFileSync } from "node:fs";
import { join } from "node:path";
import { actionsOnParts } from "../../diagram/changes";
import { layOut, type Drawing } from "../../diagram/layout";
import { mermaid } from "../../diagram/mermaid";
import { architecture } from "../../diagram/architecture";
import type { Architecture } from "../../diagram/model";
import { drawingSection, inventorySection, page, partAnchor } from "../../diagram/page";
import { changeAnchor, planPage, type PriceSection } from "../../diagram/plan-page";
import { png } from "../../diagram/png";
import { svg } from "../../diagram/svg";
import { Template, type TemplateJson, type VariableValues } from "../../diagram/template";
import type { EnvironmentSettings } from "../../environments/settings";
import { templateOf } from "../../stack/synthesize";
import type { StackJson } from "../../cost/resources";
import { planCostOf, priceSection } from "./cost";
import { regionOf } from "../environment";
import { writeWhole } from "../../process/write-whole";
import { plannedActions, type PlanJson, type PlannedAction } from "../../terraform/plan";
import {
  readStack,
  type Stack,
  type StackFolder,
  type SynthesizedStack,
} from "../../terraform/stack";

/** What a drawing can be written as. */
export const formats = ["svg", "png", "html", "mermaid"] as const;

/** One of them. */
export type Format = (typeof formats)[number];

/** What to draw. */
export interface DiagramOptions {
  readonly format: Format;
  /** A plan of the environment, to colour the drawing by. @default none */
  readonly plan?: PlanJson;
  /** Folder of this project, where the prices are. */
  readonly projectDir: string;
}

/**
 * Draws an environment as its settings make it; as HTML with a plan, the page of the plan. Needs
 * neither AWS nor Terraform.
 */
export async function diagram(
  settings: EnvironmentSettings,
  { format, plan, projectDir }: DiagramOptions,
): Promise<string | Uint8Array> {
  const json = templateOf(settings) as TemplateJson & SynthesizedStack & StackJson;
  const actions = plan && plannedActions(plan, readStack(json));
  const parts = drawnOf(settings.name, json, plan, actions);
  if (format === "mermaid") return mermaid(parts);
  const drawing = await layOut(parts);
  if (format === "png") return png(picture(drawing, { actions }));
  if (format === "svg") return picture(drawing, { actions });
  if (plan) {
    const region = planned(plan, "aws_region") ?? regionOf(settings, projectDir);
    const price = priceSection(planCostOf(json, { settings, region, projectDir }, plan));
    return pageOf(settings.name, plan, actions!, drawing, price);
  }
  return page({
    title: drawing.architecture.title,
    subtitle: subtitle(actions),
    sections: [
      drawingSection(picture(drawing, { link: (id) => `#${partAnchor(id)}` })),
      inventorySection(drawing),
    ],
  });
}

/**
 * Writes the page of a plan.
 * @param price what the plan costs. @default no section about it
 */
export async function writePlanPage(
  { name, stackDir }: StackFolder,
  stack: Stack,
  plan: PlanJson,
  file: string,
  price?: PriceSection,
): Promise<void> {
  const json = JSON.parse(readFileSync(join(stackDir, "cdk.tf.json"), "utf8")) as TemplateJson;
  const actions = plannedActions(plan, stack);
  const drawing = await layOut(drawnOf(name, json, plan, actions));
  writeWhole(file, pageOf(name, plan, actions, drawing, price));
}

/** The stack, and what a plan would destroy that is no longer in it. */
function drawnOf(
  environment: string,
  json: TemplateJson,
  plan?: PlanJson,
  actions: readonly PlannedAction[] = [],
): Architecture {
  const template = new Template(json, valuesIn(plan));
  const removed = actions
    .map(({ address }) => address.replace(/\[.*\]$/, ""))
    .filter((address) => template.find(address) === undefined);
  return architecture(environment, template, [...new Set(removed)]);
}

function pageOf(
  environment: string,
  plan: PlanJson,
  actions: readonly PlannedAction[],
  drawing: Drawing,
  price?: PriceSection,
): string {
  const changed = new Map(actions.map(({ address }) => [address.replace(/\[.*\]$/, ""), address]));
  const links = new Map(
    drawing.parts.map(({ part }) => {
      const first = [...part.stands, ...part.folded].find((address) => changed.has(address));
      return [part.id, first ? changeAnchor(changed.get(first)!) : partAnchor(part.id)];
    }),
  );
  const coloured = picture(drawing, { actions, link: (id) => `#${links.get(id)}` });
  return planPage({ environment, plan, actions, drawing, svg: coloured, price });
}

/** The value that a variable had in a plan. */
function planned({ variables }: PlanJson, name: string): string | undefined {
  const value = variables?.[name]?.value;
  return typeof value === "string" && value !== "" ? value : undefined;
}

const valuesIn = (plan?: PlanJson): VariableValues =>
  Object.fromEntries(
    Object.entries(plan?.variables ?? {}).map(([name, { value }]) => [name, value]),
  );

const subtitle = (actions?: readonly PlannedAction[]) =>
  actions ? "coloured by what a plan does to each resource" : "drawn from the synthesized stack";

function picture(
  drawing: Drawing,
  {
    actions,
    link,
  }: { actions?: readonly PlannedAction[]; link?: (id: string) => string | undefined },
): string {
  return svg(drawing, {
    subtitle: subtitle(actions),
    actions: actions && actionsOnParts(drawing.architecture, actions),
    link: link && ((id) => (id === "internet" ? undefined : link(id))),
  });
}
