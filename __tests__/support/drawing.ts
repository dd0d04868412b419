import { architecture } from "../../src/diagram/architecture";
import type { Architecture } from "../../src/diagram/model";
import { Template, type TemplateJson, type VariableValues } from "../../src/diagram/template";
import type { EnvironmentSettings } from "../../src/environments/settings";
import { templateOf } from "../../src/stack/synthesize";

/** An environment's stack as `npm run synth` writes it, and what is drawn of it. */
export function architectureOf(
  settings: EnvironmentSettings,
  values?: VariableValues,
  removed?: readonly string[],
): { template: Template; drawn: Architecture } {
  const template = new Template(templateOf(settings) as TemplateJson, values);
  return { template, drawn: architecture(settings.name, template, removed) };
}
