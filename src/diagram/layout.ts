import type { ElkExtendedEdge, ElkNode, LayoutOptions } from "elkjs/lib/elk-api";
import { isFrame, parts, type Architecture, type Arrow, type Card, type Frame } from "./model";
import { textWidth } from "./text";

/** Sizes in pixels. */
export const sizes = {
  title: 13,
  line: 11.5,
  label: 11,
  frameTitle: 12,
  lineHeight: 16,
  icon: 28,
  padding: 9,
} as const;

/** A rectangle, in pixels from the picture's corner. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A point, in pixels. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A card or frame in its place. */
export interface PlacedPart {
  readonly part: Card | Frame;
  readonly box: Box;
  /** Id of the frame that it is in. */
  readonly parent?: string;
}

/** An arrow in its place. */
export interface PlacedArrow {
  readonly arrow: Arrow;
  /** From the start to the end of the arrow. */
  readonly points: readonly Point[];
  /** The place of its label, if it has one. */
  readonly label?: Box;
}

/** An architecture, laid out. */
export interface Drawing {
  readonly architecture: Architecture;
  readonly width: number;
  readonly height: number;
  /** Frames before what they hold. */
  readonly parts: readonly PlacedPart[];
  readonly arrows: readonly PlacedArrow[];
}

/** How wide a card is that has these texts. */
function cardSize({ title, lines, folded }: Card): { width: number; height: number } {
  const texts = [
    textWidth(title, sizes.title, "bold"),
    ...lines.map((line) => textWidth(line, sizes.line)),
    ...(folded.length > 0 ? [textWidth(foldedNote(folded.length), sizes.line)] : []),
  ];
  const rows = 1 + lines.length + (folded.length > 0 ? 1 : 0);
  return {
    width: Math.max(...texts) + sizes.icon + 3 * sizes.padding,
    height: Math.max(rows * sizes.lineHeight + 2 * sizes.padding, sizes.icon + 2 * sizes.padding),
  };
}

/** The note on a card that includes other resources. */
export const foldedNote = (number: number) => `+ ${number} folded in`;

const options: LayoutOptions = {
  "elk.algorithm": "layered",
  "elk.direction": "RIGHT",
  "elk.hierarchyHandling": "INCLUDE_CHILDREN",
  "elk.edgeRouting": "ORTHOGONAL",
  "elk.layered.layering.strategy": "LONGEST_PATH_SOURCE",
  "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
  "elk.layered.spacing.nodeNodeBetweenLayers": "14",
  "elk.layered.spacing.edgeNodeBetweenLayers": "9",
  "elk.spacing.nodeNode": "18",
  "elk.spacing.edgeNode": "14",
  "elk.spacing.edgeEdge": "10",
  "elk.layered.spacing.edgeEdgeBetweenLayers": "8",
  "elk.spacing.edgeLabel": "4",
  "elk.spacing.componentComponent": "24",
};

/** Id of the node around the cards outside the VPC that have arrows between them, and are drawn one below the other. */
const TOWER = "tower";

/**
 * Cards in one frame are equally wide.
 * @param tower ids of the cards in the tower
 */
function elkNodes(children: readonly (Card | Frame)[], tower: readonly string[] = []): ElkNode[] {
  const cards = children.filter((part): part is Card => !isFrame(part));
  const width = Math.max(0, ...cards.map((card) => cardSize(card).width));
  const nodes = children.map((part) =>
    isFrame(part) ? frameNode(part, tower) : { id: part.id, ...cardSize(part), width },
  );
  const inTower = nodes.filter(({ id }) => tower.includes(id));
  if (inTower.length === 0) return nodes;
  const layoutOptions = {
    ...options,
    "elk.hierarchyHandling": "SEPARATE_CHILDREN",
    "elk.direction": "DOWN",
    "elk.padding": "[top=0,left=0,bottom=0,right=0]",
  };
  return [
    ...nodes.filter((node) => !inTower.includes(node)),
    { id: TOWER, children: inTower, layoutOptions },
  ];
}

function frameNode(part: Frame, tower?: readonly string[]): ElkNode {
  const title = textWidth(part.title, sizes.frameTitle, "bold");
  const subtitle = part.subtitle ? textWidth(part.subtitle, sizes.frameTitle) + 8 : 0;
  return {
    id: part.id,
    children: elkNodes(part.children, tower),
    layoutOptions: {
      ...options,
      "elk.padding": `[top=34,left=10,bottom=10,right=10]`,
      "elk.nodeSize.constraints": "MINIMUM_SIZE",
      "elk.nodeSize.minimum": `(${title + subtitle + 48},60)`,
    },
  };
}

/** Lays an architecture out, without overlaps; the same one always the same way. */
export async function layOut(architecture: Architecture): Promise<Drawing> {
  const { default: Elk } = await import("elkjs/lib/elk.bundled.js");
  const isBelow = (part: Card | Frame): part is Frame =>
    isFrame(part) && (part.kind === "other-region" || part.kind === "removed");
  const below = architecture.children.filter(isBelow);
  const main: Architecture = {
    ...architecture,
    children: architecture.children.filter((part) => !isBelow(part)),
    arrows: architecture.arrows.filter(({ to }) => !below.some(({ id }) => id === to)),
  };
  const tower = towerOf(main);
  const candidates: Drawing[] = [];
  for (const seed of SEEDS) {
    const root = await new Elk().layout({
      id: "root",
      layoutOptions: { ...options, "elk.randomSeed": String(seed) },
      children: elkNodes(main.children, tower),
      edges: [...elkEdges(main.arrows), ...guides(main, tower)],
    });
    candidates.push(placed(main, root));
  }
  const best = candidates.reduce((one, other) => (faults(other) < faults(one) ? other : one));
  const rows: Drawing[] = [];
  for (const frame of below) {
    // In rows, by lines that are not drawn from each to the next.
    const inRow = frame.children.flatMap(({ id }, index) =>
      index % LONGEST_ROW === 0 ? [] : [guide(frame.children[index - 1]!.id, id)],
    );
    const root = await new Elk().layout({
      id: "root",
      layoutOptions: options,
      children: [frameNode(frame)],
      edges: inRow,
    });
    rows.push(placed({ ...architecture, children: [frame], arrows: [] }, root));
  }
  return rows.reduce((above, row) => stacked(architecture, above, row), best);
}

/** Cards in a row of a frame below. */
const LONGEST_ROW = 5;

/** Pixels between a region and the next, with room for the arrow's label. */
const BETWEEN_REGIONS = 56;

/** Puts a frame below all others, with the arrow to it from the stack's own region, if there is one. */
function stacked(architecture: Architecture, above: Drawing, row: Drawing): Drawing {
  const region = above.parts.find(({ part }) => isFrame(part) && part.kind === "region")!;
  const [first] = row.parts;
  const dx = region.box.x - first!.box.x;
  const lowest = above.parts.reduce((low, { box }) => Math.max(low, box.y + box.height), 0);
  const dy = lowest + BETWEEN_REGIONS - first!.box.y;
  const parts = row.parts.map((one) => ({
    ...one,
    box: { ...one.box, x: one.box.x + dx, y: one.box.y + dy },
  }));
  const frame = parts[0]!;
  const arrow = architecture.arrows.find(({ to }) => to === frame.part.id);
  return {
    architecture,
    width: Math.max(above.width, row.width + dx),
    height: dy + row.height,
    parts: [...above.parts, ...parts],
    arrows: [...above.arrows, ...(arrow ? [downward(arrow, region.box, frame.box)] : [])],
  };
}

/** A line straight down from one frame to another. */
function downward(arrow: Arrow, from: Box, to: Box): PlacedArrow {
  const x = to.x + 120;
  const [top, bottom] = [from.y + from.height, to.y];
  const { width, height } = labelSize(arrow);
  const label = { x: x - width / 2, y: (top + bottom - height) / 2 - 3, width, height };
  return {
    arrow,
    points: [
      { x, y: top },
      { x, y: bottom },
    ],
    label,
  };
}

const labelSize = ({ label }: Arrow) => ({
  width: textWidth(label, sizes.label) + 10,
  height: 16,
});

function elkEdges(arrows: readonly Arrow[]): ElkExtendedEdge[] {
  return arrows.map((arrow, index) => {
    const [from, to] = arrow.outward ? [arrow.to, arrow.from] : [arrow.from, arrow.to];
    const label = {
      text: arrow.label,
      ...labelSize(arrow),
      layoutOptions: { "elk.edgeLabels.inline": "true" },
    };
    return {
      id: `arrow-${index}`,
      sources: [from],
      targets: [to],
      labels: arrow.label ? [label] : [],
    };
  });
}

/** The layout tries its luck where it cannot know best: the best of these is taken. */
const SEEDS = [1, 2, 3, 4, 5, 6];

/** How hard a drawing is to read: zones out of order, slanted lines, arrows that cross, then its size. */
function faults({ parts, arrows, width, height }: Drawing): number {
  const zones = parts.filter(({ part }) => isFrame(part) && part.kind === "zone");
  const disorder = zones.filter(({ box }, index) => box.y < (zones[index - 1]?.box.y ?? 0)).length;
  const segments = arrows.map(({ points }) =>
    points.slice(1).map((point, index) => [points[index]!, point] as const),
  );
  let crossings = 0;
  segments.forEach((mine, index) => {
    for (const other of segments.slice(index + 1).flat()) {
      crossings += mine.filter((segment) => cross(segment, other)).length;
    }
  });
  const slanted = segments.flat().filter(([from, to]) => from.x !== to.x && from.y !== to.y).length;
  return (disorder + slanted) * 100 + crossings * 10 + (width * height) / 1e6;
}

type Segment = readonly [Point, Point];

function cross(a: Segment, b: Segment): boolean {
  const within = (value: number, [from, to]: readonly [number, number]) =>
    Math.min(from, to) < value && value < Math.max(from, to);
  const across = ([p, q]: Segment, [r, t]: Segment) =>
    p.y === q.y && r.x === t.x && within(r.x, [p.x, q.x]) && within(p.y, [r.y, t.y]);
  return across(a, b) || across(b, a);
}

/**
 * Lines that are not drawn, and only put things where they are looked for: the subnets of a zone next
 * to each other, every zone after the internet gateway, what has no arrows in the last column.
 */
function guides({ children, arrows }: Architecture, tower: readonly string[]): ElkExtendedEdge[] {
  const all = parts(children);
  const frames = all.filter(isFrame);
  const gateway = all.find(({ id }) => id.startsWith("aws_internet_gateway."));
  const vpc = frames.find(({ kind }) => kind === "vpc");
  const region = frames.find(({ kind }) => kind === "region");
  const zones = frames.filter(({ kind }) => kind === "zone");
  const idle = (region?.children ?? [])
    .filter(
      (part) =>
        !isFrame(part) && !arrows.some(({ from, to }) => from === part.id || to === part.id),
    )
    .map(({ id }) => id);
  return [
    ...zones.flatMap(({ children: subnets }) =>
      subnets.slice(1).map((subnet, index) => guide(subnets[index]!.id, subnet.id)),
    ),
    ...(gateway ? zones.map(({ id }) => guide(gateway.id, id, "zone")) : []),
    ...(vpc && tower.length > 0 ? [guide(vpc.id, TOWER, "idle")] : []),
    ...(vpc ? idle.map((id) => guide(vpc.id, id, "idle")) : []),
  ];
}

/** Ids of the cards of the region that have arrows only between each other; side by side they would take two columns. */
function towerOf({ children, arrows }: Architecture): string[] {
  const region = parts(children)
    .filter(isFrame)
    .find(({ kind }) => kind === "region");
  const cards = (region?.children ?? []).filter((part) => !isFrame(part)).map(({ id }) => id);
  const between = arrows.filter(({ from, to }) => cards.includes(from) && cards.includes(to));
  return [...new Set(between.flatMap(({ from, to }) => [from, to]))];
}

const guide = (from: string, to: string, label?: string): ElkExtendedEdge => ({
  id: `guide-${from}-${to}`,
  sources: [from],
  targets: [to],
  labels: label ? [{ text: label, width: 1, height: 1 }] : [],
});

function placed(architecture: Architecture, root: ElkNode): Drawing {
  const found: PlacedPart[] = [];
  const origins = new Map<string, Point>([["root", { x: 0, y: 0 }]]);
  const walk = (elements: readonly (Card | Frame)[], node: ElkNode, parent?: string) => {
    const origin = origins.get(node.id)!;
    const nodes = node.children!.flatMap((child) => {
      if (child.id !== TOWER) return child;
      origins.set(TOWER, { x: origin.x + child.x!, y: origin.y + child.y! });
      return child.children!.map((one) => ({
        ...one,
        x: one.x! + child.x!,
        y: one.y! + child.y!,
      }));
    });
    for (const part of elements) {
      const {
        x = 0,
        y = 0,
        width = 0,
        height = 0,
        ...rest
      } = nodes.find(({ id }) => id === part.id)!;
      const box = { x: origin.x + x, y: origin.y + y, width, height };
      origins.set(part.id, box);
      found.push({ part, box, parent });
      if (isFrame(part)) walk(part.children, rest, part.id);
    }
  };
  walk(architecture.children, root);
  const arrows = architecture.arrows.map((arrow, index): PlacedArrow => {
    const edge = root.edges![index]!;
    const { x, y } = origins.get((edge as { container?: string }).container ?? "root")!;
    const points = (edge.sections ?? []).flatMap(({ startPoint, bendPoints = [], endPoint }) =>
      [startPoint, ...bendPoints, endPoint].map((point) => ({ x: point.x + x, y: point.y + y })),
    );
    const [label] = edge.labels ?? [];
    return {
      arrow,
      points: arrow.outward ? points.reverse() : points,
      label: label && {
        x: x + label.x!,
        y: y + label.y!,
        width: label.width!,
        height: label.height!,
      },
    };
  });
  return { architecture, width: root.width!, height: root.height!, parts: found, arrows };
}
