import type { Family, Glyph } from "../resources/kind";

/** A card: one resource or several of a type, with what is folded into them. */
export interface Card {
  readonly id: string;
  readonly family: Family;
  readonly glyph: Glyph;
  readonly title: string;
  /** Its properties, line by line. */
  readonly lines: readonly string[];
  /** Addresses of the resources that it represents. */
  readonly addresses: readonly string[];
  /** Addresses of the resources that are folded into it. */
  readonly folded: readonly string[];
}

/** A frame around cards and frames. */
export interface Frame {
  readonly id: string;
  readonly kind:
    | "region"
    | "other-region"
    | "vpc"
    | "zone"
    | "across"
    | "public"
    | "private"
    | "cluster"
    | "removed";
  readonly title: string;
  readonly subtitle?: string;
  /** Addresses of the resources that it represents. */
  readonly addresses: readonly string[];
  /** Addresses of the resources that are folded into it. */
  readonly folded: readonly string[];
  readonly children: readonly (Card | Frame)[];
}

/** An arrow. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
  /**
   * `traffic`: security groups let it through; `data`: its start reads from its end; `copies`: backups
   * and what another region keeps; `logs`: logs and alarms.
   */
  readonly kind: "traffic" | "data" | "copies" | "logs";
  readonly label: string;
  /** True if the layout puts its end before its start: outgoing traffic. @default false */
  readonly outward?: boolean;
}

/** An architecture, before it is laid out. */
export interface Architecture {
  readonly title: string;
  readonly children: readonly (Card | Frame)[];
  readonly arrows: readonly Arrow[];
}

/** Tests whether a part is a frame. */
export const isFrame = (part: Card | Frame): part is Frame => "children" in part;

/** Every card and every frame, those within others too, parents first. */
export function parts(children: readonly (Card | Frame)[]): (Card | Frame)[] {
  return children.flatMap((part) => [part, ...(isFrame(part) ? parts(part.children) : [])]);
}

const verbs: Readonly<Record<Arrow["kind"], string>> = {
  traffic: "may reach",
  data: "reads from",
  copies: "is copied to",
  logs: "reports to",
};

/** Each arrow in words: `API server may reach Database (5432)`. */
export function arrowsInWords({ children, arrows }: Architecture): string[] {
  const titles = new Map(parts(children).map(({ id, title }) => [id, title]));
  return arrows.map(
    ({ from, to, kind, label }) =>
      `${titles.get(from)} ${verbs[kind]} ${titles.get(to)}${label ? ` (${label})` : ""}`,
  );
}
