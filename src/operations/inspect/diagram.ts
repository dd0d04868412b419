import { actionsOnParts } from "../../diagram/changes";
import { layOut, type Drawing } from "../../diagram/layout";
import { mermaid } from "../../diagram/mermaid";
import { architecture } from "../../diagram/architecture";
import type { Architecture } from "../../diagram/model";
import { drawingSection, inventorySection, page, partAnchor } from "../../diagram/page";
import { changeAnchor, planPage, type PriceSection } from "../../diagram/plan-page";
import { png } from "../../diagram/png";
import { svg } from "../../diagram/svg";
import type { EnvironmentSettings } from "../../environments/settings";
import { templateOf } from "../../stack/synthesize";
import { planCostOf, priceSection } from "./cost";
import { regionOf } from "../environment";
import { writeWhole } from "../../process/files";
import { plannedActions, valuesIn, type PlanJson, type PlannedAction } from "../../terraform/plan";
import { Stack, withoutIndex, type StackFolder } from "../../terraform/stack";

/** Formats of a drawing. */
export const formats = ["svg", "png", "html", "mermaid"] as const;

/** Format of a drawing. */
export type Format = (typeof formats)[number];

/** Options of a drawing. */
export interface DiagramOptions {
  readonly format: Format;
  /** Plan of the environment, which colours the drawing. @default none */
  readonly plan?: PlanJson;
  /** Folder of this project, which has the prices. */
  readonly projectDir: string;
}

/**
 * Draws an environment from its settings; in HTML with a plan, the page of the plan. It needs neither AWS nor
 * Terraform.
 */
export async function diagram(
  settings: EnvironmentSettings,
  { format, plan, projectDir }: DiagramOptions,
): Promise<string | Uint8Array> {
  const stack = new Stack(templateOf(settings), valuesIn(plan));
  const actions = plan && plannedActions(plan, stack);
  const parts = drawnOf(settings.name, stack, actions);
  if (format === "mermaid") return mermaid(parts);
  const drawing = await layOut(parts);
  if (format === "png") return png(picture(drawing, { actions }));
  if (format === "svg") return picture(drawing, { actions });
  if (plan) {
    const region = planned(plan, "aws_region") ?? (await regionOf(settings, projectDir));
    const price = priceSection(planCostOf(stack, { settings, region, projectDir }, plan));
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
 * @param price change of the cost. @default no section about the cost
 */
export async function writePlanPage(
  { name }: Pick<StackFolder, "name">,
  stack: Stack,
  plan: PlanJson,
  file: string,
  price?: PriceSection,
): Promise<void> {
  const actions = plannedActions(plan, stack);
  const drawing = await layOut(drawnOf(name, stack.withValues(valuesIn(plan)), actions));
  writeWhole(file, pageOf(name, plan, actions, drawing, price));
}

/** The stack, and the resources that a plan would destroy because they are no longer in it. */
function drawnOf(
  environment: string,
  stack: Stack,
  actions: readonly PlannedAction[] = [],
): Architecture {
  const removed = actions
    .map(({ address }) => withoutIndex(address))
    .filter((address) => stack.find(address) === undefined);
  return architecture(environment, stack, [...new Set(removed)]);
}

function pageOf(
  environment: string,
  plan: PlanJson,
  actions: readonly PlannedAction[],
  drawing: Drawing,
  price?: PriceSection,
): string {
  const changed = new Map(actions.map(({ address }) => [withoutIndex(address), address]));
  const links = new Map(
    drawing.parts.map(({ part }) => {
      const first = [...part.addresses, ...part.folded].find((address) => changed.has(address));
      return [part.id, first ? changeAnchor(changed.get(first)!) : partAnchor(part.id)];
    }),
  );
  const coloured = picture(drawing, { actions, link: (id) => `#${links.get(id)}` });
  return planPage({ environment, plan, actions, drawing, svg: coloured, price });
}

/** Value of a variable in a plan. */
function planned({ variables }: PlanJson, name: string): string | undefined {
  const value = variables?.[name]?.value;
  return typeof value === "string" && value !== "" ? value : undefined;
}

const subtitle = (actions?: readonly PlannedAction[]) =>
  actions ? "coloured by the planned action of each resource" : "drawn from the synthesized stack";

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
