import { printable, printableLine } from "../process/printable";

/** One row of a table: column by column. */
export type Row = readonly (string | number | undefined)[];

/** Prints data, which goes to standard output; what a terminal would obey is shown instead. */
export function data(text: string): void {
  process.stdout.write(`${printable(text)}\n`);
}

/** Prints data as JSON. */
export function json(value: unknown): void {
  data(JSON.stringify(value, null, 2));
}

/** Tells the user something; it goes to standard error, as all does that is not data. */
export function say(text = ""): void {
  process.stderr.write(`${printable(text)}\n`);
}

/** Ends a command with the next thing to do. */
export function next(...lines: readonly string[]): void {
  for (const line of lines) say(`Next: ${line}`);
}

/** Aligns rows in columns; numbers stand on the right. */
export function table(head: readonly string[], rows: readonly Row[]): string {
  const all: Row[] = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => textOf(row[column]).length)));
  const cell = (value: string | number | undefined, column: number) => {
    const text = textOf(value);
    const numeric = rows.some((row) => typeof row[column] === "number");
    return numeric ? text.padStart(widths[column]!) : text.padEnd(widths[column]!);
  };
  return all
    .map((row) =>
      head
        .map((_, i) => cell(row[i], i))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function textOf(value: string | number | undefined): string {
  return printableLine(String(value ?? "-"));
}

/**
 * A line in lines of at most so many columns, broken between words where there is room.
 * @param indent of all but the first
 */
export function wrap(line: string, columns: number, indent: number): string[] {
  if (line.length <= columns) return [line];
  const room = columns > indent ? indent : 0;
  const space = line.lastIndexOf(" ", columns);
  const end = space > room ? space : columns;
  const rest = `${" ".repeat(room)}${line.slice(end).trimStart()}`;
  return [line.slice(0, end).trimEnd(), ...wrap(rest, columns, room)];
}

/** `1 image`, `2 images`. */
export function count(number: number, thing: string, plural = `${thing}s`): string {
  return `${number} ${number === 1 ? thing : plural}`;
}

/** A span of time as a person says it: `45 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}
