import { components } from "../names";
import { cardOf, kinds } from "../resources";
import { capital } from "../resources/kind";
import type { Resource } from "../terraform/stack";

/**
 * The title of a card: tasks have the title of the component whose construct creates them, all others that
 * of their type.
 */
export function titleOf(resources: readonly Resource[]): string {
  const { type, module } = resources[0]!;
  const card = cardOf(type);
  const component = components.find((one) => one.module === module);
  if (card?.runsTasks && component) return capital(component.title);
  return (resources.length > 1 && card?.together) || card?.title || capital(typeInWords(type));
}

/** `aws_lb_target_group` in words: `target group`; with a number, `2 target groups`. */
export function typeInWords(type: string, number = 1): string {
  const words = kinds.get(type)?.words ?? type.replace(/^[a-z]+_/, "").replaceAll("_", " ");
  if (number === 1) return words;
  return `${number} ${/[^aeiou]y$/.test(words) ? `${words.slice(0, -1)}ies` : words.endsWith("s") ? words : `${words}s`}`;
}
