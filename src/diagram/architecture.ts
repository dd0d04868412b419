import { Arrows } from "./arrows";
import { Cards, shortened, unknownCard } from "./cards";
import { Folding } from "./folding";
import { Frames } from "./frames";
import { cardOf } from "../resources";
import { capital } from "../resources/kind";
import { typeInWords } from "./titles";
import type { Architecture, Card, Frame } from "./model";
import { Network } from "./network";
import { INTERNET } from "../reachability";
import { compare, type Stack } from "../terraform/stack";

/**
 * The drawing of an environment's stack.
 *
 * @param removed addresses of what is no longer in the stack, but in its state. @default nothing
 */
export function architecture(
  environment: string,
  stack: Stack,
  removed: readonly string[] = [],
): Architecture {
  const network = new Network(stack);
  const folding = new Folding(stack);
  const cards = new Cards(stack, network, folding);
  const regions = new Frames(stack, network, folding, cards).regions();
  return {
    title: `Plue in ${environment}`,
    children: [internet, ...regions, ...(removed.length > 0 ? [removedFrame(removed)] : [])],
    arrows: new Arrows(stack, network, folding, cards).between(regions),
  };
}

/** One card for each type. */
function removedFrame(addresses: readonly string[]): Frame {
  const types = [...new Set(addresses.map(typeOf))].sort(compare);
  return {
    id: "removed",
    kind: "removed",
    title: "No longer in the code",
    addresses: [],
    folded: [],
    children: types.map((type): Card => {
      const own = addresses.filter((address) => typeOf(address) === type);
      const { family, glyph } = cardOf(type) ?? unknownCard;
      return {
        id: `removed/${type}`,
        family,
        glyph,
        title: capital(typeInWords(type, own.length)),
        lines: shortened(own.map((address) => address.slice(address.indexOf(".") + 1))),
        addresses: own,
        folded: [],
      };
    }),
  };
}

const typeOf = (address: string) => address.slice(0, address.indexOf("."));

const internet: Card = {
  id: INTERNET,
  family: "outside",
  glyph: "globe",
  title: "Internet",
  lines: [],
  addresses: [],
  folded: [],
};
