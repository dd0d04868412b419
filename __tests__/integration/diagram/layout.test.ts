import { environments } from "../../../src/environments";
import { dev } from "../../../src/environments/dev";
import { layOut, sizes, type Box, type Drawing, type Point } from "../../../src/diagram/layout";
import { isFrame } from "../../../src/diagram/model";
import { png } from "../../../src/diagram/png";
import { svg } from "../../../src/diagram/svg";
import { textWidth, type Weight } from "../../../src/diagram/text";
import { architectureOf } from "../../support/drawing";
import { full } from "../../support/full";

const overlap = (a: Box, b: Box) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

const inside = (inner: Box, outer: Box) =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height;

/** The area of a line, as a thin box. */
const lineBox = (from: Point, to: Point): Box => ({
  x: Math.min(from.x, to.x),
  y: Math.min(from.y, to.y),
  width: Math.max(Math.abs(from.x - to.x), 0.1),
  height: Math.max(Math.abs(from.y - to.y), 0.1),
});

const linesOf = ({ arrows }: Drawing) =>
  arrows.map(({ arrow, points }) => ({
    arrow,
    boxes: points.slice(1).map((point, index) => lineBox(points[index]!, point)),
  }));

function titleBox(title: string, subtitle: string | undefined, { x, y }: Box): Box {
  const width =
    textWidth(title, sizes.frameTitle, "bold") +
    (subtitle ? textWidth(subtitle, sizes.frameTitle) + 8 : 0);
  return { x: x + 14, y: y + 11, width, height: 14 };
}

const threeZones = {
  ...dev,
  name: "three",
  adopts: undefined,
  network: {
    ...dev.network,
    natGateways: "per-zone" as const,
    zones: [...dev.network.zones, { publicCidr: "10.0.3.0/24", privateCidr: "10.0.30.0/24" }],
  },
};

/** Addresses of seven types, more than fit into a row. */
const removed = ["eip", "instance", "key_pair", "kinesis_stream", "sqs_queue", "subnet", "vpc"].map(
  (type) => `aws_${type}.gone`,
);

describe.each([...environments, threeZones, full])("the drawing of $name", (settings) => {
  const drawn = () =>
    architectureOf(settings, { enable_https: true }, settings === full ? removed : []).drawn;
  let drawing: Drawing;
  beforeAll(async () => {
    drawing = await layOut(drawn());
  });

  const cards = () => drawing.parts.filter(({ part }) => !isFrame(part));
  const labels = () => drawing.arrows.flatMap(({ label }) => label ?? []);
  const titles = () =>
    drawing.parts.flatMap(({ part, box }) =>
      isFrame(part) ? [titleBox(part.title, part.subtitle, box)] : [],
    );

  test("is narrow enough for a page: 1600 pixels, with every option 1800", () => {
    const width = Number(/ width="(\d+)" /.exec(svg(drawing, { subtitle: "" }))![1]);
    expect(width).toBeLessThanOrEqual(settings === full ? 1800 : 1600);
  });

  test("has every part inside its frame", () => {
    const boxes = new Map(drawing.parts.map(({ part, box }) => [part.id, box]));
    for (const { box, parent } of drawing.parts) {
      if (parent) expect(inside(box, boxes.get(parent)!)).toBe(true);
    }
  });

  test("has no card of the region above or below the VPC, where it would need a row of its own", () => {
    const frame = (kind: string) =>
      drawing.parts.find(({ part }) => isFrame(part) && part.kind === kind)!;
    const vpc = frame("vpc").box;
    const beside = cards().filter(({ parent }) => parent === frame("region").part.id);
    expect(beside.filter(({ box }) => box.x < vpc.x + vpc.width)).toEqual([]);
  });

  test("has no overlaps between cards, labels, titles and neighbouring frames", () => {
    const texts = [...cards().map(({ box }) => box), ...labels(), ...titles()];
    const pairs = texts.flatMap((a, index) => texts.slice(index + 1).map((b) => [a, b] as const));
    expect(pairs.filter(([a, b]) => overlap(a, b))).toEqual([]);
    for (const { part, box, parent } of drawing.parts) {
      const siblings = drawing.parts.filter(
        (other) => other.parent === parent && other.part.id !== part.id,
      );
      expect(siblings.filter((other) => overlap(box, other.box))).toEqual([]);
    }
  });

  test("has no line through a card, a title or the label of another arrow", () => {
    for (const { arrow, boxes } of linesOf(drawing)) {
      const others = cards().filter(({ part }) => part.id !== arrow.from && part.id !== arrow.to);
      const obstacles = [
        ...others.map(({ box }) => box),
        ...titles(),
        ...drawing.arrows.flatMap(({ arrow: other, label }) => (other !== arrow && label) || []),
      ];
      const hit = obstacles.filter((box) => boxes.some((line) => overlap(box, line)));
      expect({ arrow, hit }).toEqual({ arrow, hit: [] });
    }
  });

  test("has only horizontal and vertical lines, with their labels on them", () => {
    for (const { arrow, points, label } of drawing.arrows) {
      points.slice(1).forEach(({ x, y }, index) => {
        expect(x === points[index]!.x || y === points[index]!.y).toBe(true);
      });
      const boxes = points.slice(1).map((point, index) => lineBox(points[index]!, point));
      const unlabelled = label && !boxes.some((line) => overlap(line, label));
      expect({ arrow, unlabelled: unlabelled ?? false }).toEqual({ arrow, unlabelled: false });
    }
  });

  test("is identical each time", async () => {
    const again = await layOut(drawn());
    expect(svg(again, { subtitle: "" })).toBe(svg(drawing, { subtitle: "" }));
  });

  test("has no external reference", () => {
    const text = svg(drawing, { subtitle: "" }).replace('xmlns="http://www.w3.org/2000/svg"', "");
    expect(text).not.toMatch(/https?:|url\(|@import|href=/);
  });
});

test.each<[string, Weight]>([
  ["PostgreSQL 16, 50 to 200 GiB", "regular"],
  ["CloudWatch alarms", "bold"],
  ["api-server_0123456789 (+ 10 folded in)", "regular"],
])("the computed width of %s is the drawn width", async (text, weight) => {
  const size = 40;
  const { Resvg } = await import("@resvg/resvg-wasm");
  await png(`<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>`);
  const { pictureFont } = await import("../../../src/diagram/png");
  const drawn = new Resvg(
    `<svg xmlns="http://www.w3.org/2000/svg" width="2000" height="100"><text y="60" font-size="${size}" font-weight="${weight === "bold" ? 600 : 400}">${text}</text></svg>`,
    { font: pictureFont() },
  ).getBBox()!;
  const measured = textWidth(text, size, weight);
  expect(drawn.width).toBeLessThanOrEqual(measured);
  expect(drawn.width).toBeGreaterThan(0.95 * measured);
});
