import { isFrame, type Architecture, type Card, type Frame } from "./model";

/** Writes the same as a flowchart for Mermaid, which GitHub draws from text. */
export function mermaid({ title, children, arrows }: Architecture): string {
  const ids = new Map<string, string>();
  const idOf = (id: string): string => {
    const known = ids.get(id) ?? `n${ids.size}`;
    ids.set(id, known);
    return known;
  };
  const part = (one: Card | Frame, indent: string): string[] => {
    const quoted = (lines: readonly string[]) => `"${lines.map(entities).join("<br/>")}"`;
    if (!isFrame(one)) {
      const note = one.folded.length > 0 ? [`+ ${one.folded.length} folded in`] : [];
      return [`${indent}${idOf(one.id)}[${quoted([one.title, ...one.lines, ...note])}]`];
    }
    const name = [one.title, one.subtitle].filter((text) => text !== undefined).join(" ");
    return [
      `${indent}subgraph ${idOf(one.id)}[${quoted([name])}]`,
      ...one.children.flatMap((child) => part(child, `${indent}  `)),
      `${indent}end`,
    ];
  };
  return [
    "---",
    `title: ${title}`,
    "---",
    "flowchart LR",
    ...children.flatMap((child) => part(child, "  ")),
    ...arrows.map(({ from, to, kind, label }) => {
      const line = kind === "traffic" ? "-->" : "-.->";
      return `  ${idOf(from)} ${line}${label ? `|"${entities(label)}"|` : ""} ${idOf(to)}`;
    }),
    "",
  ].join("\n");
}

const entities = (text: string) =>
  text.replaceAll("&", "#amp;").replaceAll('"', "#quot;").replaceAll("<", "#lt;");
