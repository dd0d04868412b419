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
 * @throws Error if a marker names no text, or a text has no marker
 */
export function fill(page: string, texts: ReadonlyMap<string, string>): string {
  const unused = new Set(texts.keys());
  const filled = page.replace(
    /(<!-- generated: (.+?) -->\n)[^]*?(<!-- end -->)/g,
    (_all, start: string, name: string, end: string) => {
      const text = texts.get(name);
      if (text === undefined) throw new Error(`No text is generated for the marker ${name}`);
      unused.delete(name);
      return `${start}\n${text}\n\n${end}`;
    },
  );
  if (unused.size > 0) throw new Error(`No page has a marker for ${[...unused].join(", ")}`);
  return filled;
}
