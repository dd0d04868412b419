import { Arrows } from "./arrows";
import { Cards } from "./cards";
import { Folding } from "./folding";
import { Frames } from "./frames";
import type { Architecture, Card } from "./model";
import { Network } from "./network";
import { INTERNET } from "./reachability";
import type { Template } from "./template";

/** What is drawn of an environment's stack. */
export function architecture(environment: string, template: Template): Architecture {
  const network = new Network(template);
  const folding = new Folding(template);
  const cards = new Cards(template, network, folding);
  const regions = new Frames(template, network, folding, cards).regions();
  return {
    title: `Plue in ${environment}`,
    children: [internet, ...regions],
    arrows: new Arrows(template, network, folding, cards).between(regions),
  };
}

const internet: Card = {
  id: INTERNET,
  family: "outside",
  glyph: "globe",
  title: "Internet",
  lines: [],
  stands: [],
  folded: [],
};
