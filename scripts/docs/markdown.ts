/** A table in Markdown. A cell is one line; a bar in it is escaped. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replace(/\s+/g, " ")).join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}

/** A value as code, or an empty text for `undefined`. */
export function code(value: unknown): string {
  if (value === undefined) return "";
  return `\`${typeof value === "string" ? value || '""' : JSON.stringify(value)}\``;
}

/**
 * Replaces everything between each `<!-- generated: NAME -->` and the next `<!-- end -->` by the text of that
 * name.
 * @param name of the page
 * @throws Error if a marker names no text, or a text has no marker
 */
export function fill(page: string, texts: ReadonlyMap<string, string>, name: string): string {
  const unused = new Set(texts.keys());
  const filled = page.replace(
    /(<!-- generated: (.+?) -->\n)[^]*?(<!-- end -->)/g,
    (_all, start: string, marker: string, end: string) => {
      const text = texts.get(marker);
      if (text === undefined) throw new Error(`${name}: no text is generated for ${marker}`);
      unused.delete(marker);
      return `${start}\n${text}\n\n${end}`;
    },
  );
  if (unused.size > 0) {
    const lines = [...unused].map((marker) => `<!-- generated: ${marker} -->`);
    throw new Error(`${name}: add ${lines.join(", ")} and <!-- end -->: CONTRIBUTING.md`);
  }
  return filled;
}
