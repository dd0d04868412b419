import { Testing } from "cdktf";
import { environments } from "../../src/environments";
import { PlueStack } from "../../src/stack/plue-stack";
import type { EnvironmentSettings } from "../../src/environments/settings";

/** A resource in the Terraform JSON. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Block = Record<string, any>;

/** The output of the synthesis of a stack. */
export interface Synthesized {
  /** The text for cdktf's matchers. */
  readonly json: string;
  /** The same, parsed. */
  readonly template: Block;
  /** All resources of a type by name; none is an empty object. */
  resources(type: string): Record<string, Block>;
  /** The one resource with that address. */
  resource(address: string): Block;
}

/** Synthesizes an environment the way `main.ts` does. */
export function synthesize(settings: EnvironmentSettings): Synthesized {
  const stack = new PlueStack(Testing.app({ stackTraces: false }), settings);
  const json = Testing.synth(stack, true);
  const template = JSON.parse(json) as Block;
  const resources = (type: string): Record<string, Block> => template.resource[type] ?? {};
  const resource = (address: string): Block => {
    const [type = "", name = ""] = address.split(".");
    const found = resources(type)[name];
    if (!found) throw new Error(`${settings.name} has no ${address}`);
    return found;
  };
  return { json, template, resources, resource };
}

/** The environments whose settings tests know. */
export const knownNames = ["dev", "production", "local"] as const;

/** Every environment of the project, synthesized once for a test file. */
export const stacks = Object.fromEntries(
  environments.map((settings) => [settings.name, synthesize(settings)]),
) as Record<(typeof knownNames)[number], Synthesized>;

/** The address that an interpolation such as `${aws_vpc.main.id}` refers to. */
export function referred(interpolation: string): string {
  return /^\$\{(?:one\()?([a-z0-9_]+\.[A-Za-z0-9_]+)/.exec(interpolation)?.[1] ?? interpolation;
}
