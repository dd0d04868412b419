import { architecture } from "../../src/diagram/architecture";
import type { Architecture } from "../../src/diagram/model";
import { Stack, type VariableValues } from "../../src/terraform/stack";
import type { EnvironmentSettings } from "../../src/environments/settings";
import { templateOf } from "../../src/stack/synthesize";

/** An environment's stack as `npm run synth` writes it, and what is drawn of it. */
export function architectureOf(
  settings: EnvironmentSettings,
  values?: VariableValues,
  removed?: readonly string[],
): { template: Stack; drawn: Architecture } {
  const template = new Stack(templateOf(settings), values);
  return { template, drawn: architecture(settings.name, template, removed) };
}
