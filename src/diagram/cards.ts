import type { Folding } from "./folding";
import { cardOf } from "../resources";
import { titleOf } from "./titles";
import type { Card } from "./model";
import type { Network } from "./network";
import type { Resource, Stack } from "../terraform/stack";

/** More lines than this are not read at a glance. */
const MOST_LINES = 6;

/** Makes the cards of resources. */
export class Cards {
  /** Makes the cards of this stack. */
  constructor(
    private readonly stack: Stack,
    private readonly network: Network,
    private readonly folding: Folding,
  ) {}

  /** The cards of some resources: one each, or one a type and region where that is how it is shown. */
  of(resources: readonly Resource[]): Card[] {
    const ids = [...new Set(resources.filter(isShared).map((one) => this.idOf(one)))];
    return [
      ...resources
        .filter((resource) => !isShared(resource))
        .map((resource) => this.card(this.idOf(resource), [resource])),
      ...ids.map((id) =>
        this.card(
          id,
          resources.filter((resource) => this.idOf(resource) === id),
        ),
      ),
    ];
  }

  /** The id of the card of a resource that is drawn. */
  idOf(resource: Resource): string {
    if (!isShared(resource)) return resource.address;
    const region = this.regionOf(resource);
    return region === undefined ? resource.type : `${region}/${resource.type}`;
  }

  /** The other region that a resource, or what it makes, is in; undefined for the stack's own. */
  regionOf(resource: Resource): string | undefined {
    const copies = cardOf(resource.type)?.copiesTo?.(resource.values);
    return typeof copies === "string" ? copies : resource.region;
  }

  private card(id: string, resources: readonly Resource[]): Card {
    const { stack, network, folding } = this;
    const { family, glyph, facts } = cardOf(resources[0]!.type) ?? unknownCard;
    const context = {
      stack,
      zonesBehind: (nat: Resource) => network.zonesBehind(nat).map((zone) => network.letter(zone)),
      titleOf: (type: string) => cardOf(type)?.together ?? cardOf(type)?.title,
    };
    const lines = resources
      .flatMap((resource) => facts?.(resource.values, { resource, ...context }) ?? [])
      .filter((line) => line !== undefined);
    return {
      id,
      family,
      glyph,
      title: titleOf(resources),
      lines: shortened([...new Set(lines)]),
      addresses: resources.map(({ address }) => address),
      folded: folding.into(resources),
    };
  }
}

const isShared = ({ type }: Resource) => cardOf(type)?.together !== undefined;

/** The look of a card whose type has no kind. */
export const unknownCard = { family: "management", glyph: "box", facts: undefined } as const;

/** The first lines, and how many there are more. */
export function shortened(lines: readonly string[]): readonly string[] {
  if (lines.length <= MOST_LINES) return lines;
  const shown = lines.slice(0, MOST_LINES - 1);
  return [...shown, `and ${lines.length - shown.length} more`];
}
