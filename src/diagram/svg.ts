import { foldedNote, sizes, type Box, type Drawing, type PlacedArrow, type Point } from "./layout";
import { typeInWords } from "./titles";
import { arrowsInWords, isFrame, type Arrow, type Card, type Frame } from "./model";
import { textWidth, type Weight } from "./text";
import { styles } from "./theme";
import glyphs from "../resources/glyphs.json";
import { past, type PartAction } from "./changes";

/** Round a picture, in pixels. */
const MARGIN = 16;
const HEADER = 60;
const FOOTER = 44;

/** How to draw. */
export interface SvgOptions {
  /** The plan's action on each part, by the part's id. @default nothing is coloured by it */
  readonly actions?: ReadonlyMap<string, PartAction>;
  /** Below the title. */
  readonly subtitle: string;
  /** Where a part leads, by its id. @default nowhere */
  readonly link?: (id: string) => string | undefined;
}

/** Draws as SVG; the same drawing gives the same bytes. */
export function svg(drawing: Drawing, { actions, subtitle, link }: SvgOptions): string {
  const { architecture } = drawing;
  const kinds = new Set(architecture.arrows.map(({ kind }) => kind));
  const width = Math.ceil(drawing.width) + 2 * MARGIN;
  const height = Math.ceil(drawing.height) + HEADER + FOOTER + MARGIN;
  const frames = drawing.parts.filter(({ part }) => isFrame(part));
  const cards = drawing.parts.filter(({ part }) => !isFrame(part));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="plue-diagram" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="diagram-title diagram-description" font-family="Inter, 'Helvetica Neue', Arial, sans-serif">`,
    `<title id="diagram-title">${escape(architecture.title)}</title>`,
    `<desc id="diagram-description">${escape(describe(drawing))}</desc>`,
    `<style>${styles}</style>`,
    `<rect class="paper" width="${width}" height="${height}"/>`,
    label(architecture.title, { x: MARGIN, y: 32 }, 20, "bold", "strong"),
    label(subtitle, { x: MARGIN, y: 50 }, 12, "regular", "weak"),
    `<g transform="translate(${MARGIN} ${HEADER})">`,
    ...frames.map(({ part, box }) => frame(part as Frame, box, actions?.get(part.id))),
    ...drawing.arrows.map(line),
    ...cards.map(({ part, box }) =>
      linked(link?.(part.id), part.title, card(part as Card, box, actions?.get(part.id))),
    ),
    ...drawing.arrows.map(arrowLabel),
    `</g>`,
    actions
      ? actionLegend(MARGIN, height - FOOTER + 12)
      : arrowLegend(kinds, MARGIN, height - FOOTER + 12),
    `</svg>`,
    "",
  ]
    .filter((part, index, all) => part !== "" || index === all.length - 1)
    .join("\n");
}

function linked(target: string | undefined, title: string, drawn: string): string {
  return target === undefined
    ? drawn
    : `<a href="${escape(target)}" aria-label="${escape(title)}">${drawn}</a>`;
}

function frame({ id, kind, title, subtitle }: Frame, box: Box, action?: PartAction): string {
  const where = { x: box.x + 14, y: box.y + 22 };
  const width = textWidth(title, sizes.frameTitle, "bold");
  const colour = action ? ` action-${action.action}` : "";
  return [
    `<g class="frame ${kind}${colour}" data-part="${escape(id)}">`,
    `<title>${escape([title, subtitle].filter(Boolean).join(" "))}${actionNote(action)}</title>`,
    `<rect ${rectangle(box)} rx="${kind === "vpc" || kind === "region" ? 10 : 8}"/>`,
    label(title, where, sizes.frameTitle, "bold", "name"),
    subtitle
      ? label(subtitle, { ...where, x: where.x + width + 8 }, sizes.frameTitle, "regular", "weak")
      : "",
    actionTab(box, action),
    `</g>`,
  ].join("");
}

function card(
  { id, family, glyph, title, lines, addresses, folded }: Card,
  box: Box,
  action?: PartAction,
) {
  const { padding, icon, lineHeight } = sizes;
  const x = box.x + 2 * padding + icon;
  const note = folded.length > 0 ? [foldedNote(folded.length)] : [];
  const rows = 1 + lines.length + note.length;
  const top = box.y + (box.height - rows * lineHeight) / 2 + 12;
  const colour = action ? ` action-${action.action}` : "";
  return [
    `<g class="card ${family}${colour}" data-part="${escape(id)}">`,
    `<title>${escape([title, ...addresses].join("\n"))}${actionNote(action)}${folded.length > 0 ? escape(`\nFolded in: ${inWords(folded)}`) : ""}</title>`,
    `<rect class="body" ${rectangle(box)} rx="7"/>`,
    `<rect class="icon" ${rectangle({ x: box.x + padding, y: box.y + padding, width: icon, height: icon })} rx="6"/>`,
    `<path class="glyph" transform="translate(${round(box.x + padding + 2)} ${round(box.y + padding + 2)})" d="${glyphs[glyph]}"/>`,
    label(title, { x, y: top }, sizes.title, "bold", "strong"),
    ...[...lines, ...note].map((text, index) =>
      label(
        text,
        { x, y: top + (index + 1) * lineHeight },
        sizes.line,
        "regular",
        index < lines.length ? "plain" : "weak",
      ),
    ),
    actionTab(box, action),
    `</g>`,
  ].join("");
}

/** `2 IAM roles, security group` out of addresses. */
export function inWords(addresses: readonly string[]): string {
  const types = addresses.map((address) => address.split(".")[0]!);
  return [...new Set(types)]
    .map((type) => typeInWords(type, types.filter((other) => other === type).length))
    .join(", ");
}

/** The action on a part in a word, on its upper edge: some readers cannot distinguish the colours. */
function actionTab(box: Box, action?: PartAction): string {
  if (!action) return "";
  const words = past[action.action];
  const size = 9.5;
  const width = textWidth(words, size, "bold") + 10;
  const tab = { x: box.x + box.width - width - 8, y: box.y - 7, width, height: 13 };
  return [
    `<rect class="tab" ${rectangle(tab)} rx="4"/>`,
    label(words, { x: tab.x + 5, y: tab.y + 9.7 }, size, "bold", "tab-words"),
  ].join("");
}

const actionNote = (action?: PartAction) => (action ? `: ${escape(action.words)}` : "");

function line({ arrow, points }: PlacedArrow): string {
  if (points.length < 2) return "";
  const end = points.at(-1)!;
  const before = points.at(-2)!;
  const tip = arrowHead(before, end);
  const stopped = [...points.slice(0, -1), towards(end, before, HEAD - 1)];
  return `<g class="arrow ${arrow.kind}"><path class="line" d="${rounded(stopped)}"/><path class="head" d="${tip}"/></g>`;
}

const HEAD = 8;

function arrowHead(from: Point, to: Point): string {
  const back = towards(to, from, HEAD);
  const [dx, dy] = [(to.x - back.x) / HEAD, (to.y - back.y) / HEAD];
  const side = (sign: number) =>
    `${round(back.x - sign * dy * 4)} ${round(back.y + sign * dx * 4)}`;
  return `M${round(to.x)} ${round(to.y)}L${side(1)}L${side(-1)}Z`;
}

/** The point that is so far from one on the way to another. */
function towards(from: Point, to: Point, distance: number): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const part = Math.min(distance / length, 1);
  return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
}

const CORNER = 6;

/** A path with rounded corners. */
function rounded(points: readonly Point[]): string {
  return points
    .map((point, index) => {
      const [before, after] = [points[index - 1], points[index + 1]];
      if (!before) return `M${round(point.x)} ${round(point.y)}`;
      if (!after) return `L${round(point.x)} ${round(point.y)}`;
      const reach = (other: Point) =>
        Math.min(CORNER, Math.hypot(other.x - point.x, other.y - point.y) / 2);
      const start = towards(point, before, reach(before));
      const end = towards(point, after, reach(after));
      return `L${round(start.x)} ${round(start.y)}Q${round(point.x)} ${round(point.y)} ${round(end.x)} ${round(end.y)}`;
    })
    .join("");
}

function arrowLabel({ arrow, label: box }: PlacedArrow): string {
  if (!box) return "";
  const width = textWidth(arrow.label, sizes.label);
  return [
    `<g class="label ${arrow.kind}"><rect ${rectangle(box)} rx="8"/>`,
    label(
      arrow.label,
      { x: box.x + (box.width - width) / 2, y: box.y + 12 },
      sizes.label,
      "regular",
      "strong",
    ),
    `</g>`,
  ].join("");
}

function arrowLegend(kinds: ReadonlySet<Arrow["kind"]>, x: number, y: number): string {
  const entries = [
    ["traffic", "traffic that the security groups of both ends allow, by TCP port"],
    ["data", "what is read"],
    ["copies", "copies and backups"],
    ["logs", "logs and alarms"],
  ] as const;
  let at = x;
  return entries
    .filter(([kind]) => kinds.has(kind))
    .map(([kind, words]) => {
      const from = at;
      at += 44 + textWidth(words, 12) + 32;
      return [
        `<g class="arrow ${kind}"><path class="line" d="M${from} ${y}H${from + 28}"/><path class="head" d="${arrowHead({ x: from, y }, { x: from + 34, y })}"/></g>`,
        label(words, { x: from + 44, y: y + 4 }, 12, "regular", "weak"),
      ].join("");
    })
    .join("\n");
}

function actionLegend(x: number, y: number): string {
  let at = x;
  return (["create", "change", "replace", "destroy", "move"] as const)
    .map((action) => {
      const from = at;
      const words = action === "move" ? "moved in the state only" : past[action];
      at += 26 + textWidth(words, 12) + 28;
      return [
        `<g class="card action-${action}"><rect class="body" x="${from}" y="${y - 8}" width="18" height="16" rx="4"/></g>`,
        label(words, { x: from + 26, y: y + 4 }, 12, "regular", "weak"),
      ].join("");
    })
    .join("\n");
}

/** The description for screen readers: the same in words. */
const describe = ({ architecture }: Drawing) =>
  arrowsInWords(architecture)
    .map((words) => `${words}.`)
    .join(" ");

/** A line of text that is as wide as it was measured, whatever font it is shown in. */
function label(text: string, { x, y }: Point, size: number, weight: Weight, kind: string): string {
  if (text === "") return "";
  const bold = weight === "bold" ? ` font-weight="600"` : "";
  return `<text class="${kind}" x="${round(x)}" y="${round(y)}" font-size="${size}"${bold} textLength="${textWidth(text, size, weight)}" lengthAdjust="spacingAndGlyphs">${escape(text)}</text>`;
}

const rectangle = ({ x, y, width, height }: Box) =>
  `x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"`;

const round = (value: number) => Math.round(value * 10) / 10;

/** Escapes text for XML and HTML, in attributes too. */
export function escape(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
