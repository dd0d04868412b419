import { PlueError } from "../process/errors";
import { ExitCode } from "../process/exit-code";
import { printable, printableLine } from "../process/printable";

let broken: NodeJS.ErrnoException | undefined;
const conclusion: string[] = [];

/**
 * Notes when the output cannot be written, for {@link throwIfUnwritten}. Messages on standard error that
 * nobody can read must not end a command in the middle of its work.
 */
export function watchOutput(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => (broken ??= error));
  process.stderr.on("error", () => {});
}

/**
 * Makes sure that all data has been written, and then prints the conclusion.
 * @throws PlueError with the cause if it has not
 */
export async function flushOutput(): Promise<void> {
  await new Promise<void>((done) => process.stdout.write("", () => done()));
  // The error is reported after the write that it belongs to.
  await new Promise((done) => setImmediate(done));
  throwIfUnwritten();
  for (const line of conclusion) say(line);
}

/** @throws PlueError with the cause if standard output cannot be written */
export function throwIfUnwritten(): void {
  if (broken === undefined) return;
  const { code, message } = broken;
  throw new PlueError(`cannot write to standard output: ${message}`, {
    exitCode: code === "EPIPE" ? ExitCode.ClosedPipe : ExitCode.Failed,
    cause: broken,
  });
}

/** One row of a table: column by column. */
export type Row = readonly (string | number | undefined)[];

/**
 * Prints data to standard output; control characters are escaped.
 * @throws PlueError if an earlier write has failed
 */
export function data(text: string): void {
  throwIfUnwritten();
  process.stdout.write(`${printable(text)}\n`);
}

/** A sign at the start of a line. */
export interface Mark {
  readonly mark: string;
  /** Its colour, on a terminal and unless NO_COLOR is set. */
  readonly colour: "red" | "green" | "yellow";
}

/** The codes that set a colour. Source: "Select Graphic Rendition" in ECMA-48. */
const COLOURS = { red: 31, green: 32, yellow: 33 } as const;

/**
 * Prints a line of data behind a mark; a terminal gets it wrapped at words.
 * @param mark none leaves its place empty
 * @param indent columns by which the rest of a line that is too long is indented
 */
export function dataMarked(mark: Mark | undefined, text: string, indent: number): void {
  throwIfUnwritten();
  const { isTTY, columns } = process.stdout;
  const line = `  ${printableLine(text)}`;
  const lines = isTTY ? wrap(line, columns, indent) : [line];
  const coloured = isTTY && !process.env.NO_COLOR;
  const sign = !mark
    ? " "
    : coloured
      ? `\u001b[${COLOURS[mark.colour]}m${mark.mark}\u001b[0m`
      : mark.mark;
  process.stdout.write(`${sign}${lines.join("\n").slice(1)}\n`);
}

/** Prints data as JSON. */
export function json(value: unknown): void {
  data(JSON.stringify(value, null, 2));
}

/** Prints a message to standard error, where everything goes that is not data. */
export function say(text = ""): void {
  process.stderr.write(`${printable(text)}\n`);
}

/** Prints messages to standard error at the end of the command, if all data has been written. */
export function conclude(...lines: readonly string[]): void {
  conclusion.push(...lines);
}

/** Prints the next thing to do, at the end of a command. */
export function next(...lines: readonly string[]): void {
  conclude(...lines.map((line) => `Next: ${line}`));
}

/** Aligns rows in columns; numbers are aligned on the right. */
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

/** Columns of the indentation where a word would not fit behind the full one. */
const LESS_INDENT = 11;

/**
 * A line in lines of at most so many columns, broken between words where there is room.
 * @param indent of all but the first, less where a word would not fit
 */
export function wrap(line: string, columns: number, indent: number): string[] {
  // 0 stands for an unknown width.
  if (line.length <= (columns || Infinity)) return [line];
  const longest = Math.max(...line.split(" ").map((word) => word.length));
  const less = indent + longest <= columns ? indent : Math.min(indent, LESS_INDENT);
  const room = less < columns ? less : 0;
  const space = line.lastIndexOf(" ", columns);
  const end = space > room ? space : columns;
  const rest = `${" ".repeat(room)}${line.slice(end).trimStart()}`;
  return [line.slice(0, end).trimEnd(), ...wrap(rest, columns, room)];
}

/** `1 image`, `2 images`. */
export function count(number: number, thing: string, plural = `${thing}s`): string {
  return `${number} ${number === 1 ? thing : plural}`;
}

/** A span of time for people: `45 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}
