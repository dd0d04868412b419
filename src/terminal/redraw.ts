import { setTimeout as sleep } from "node:timers/promises";

/** How to show a screen that is kept up to date. */
export interface RedrawOptions {
  /** Seconds between two looks. @default 5 */
  readonly interval?: number;
  /** Where the screen is. @default standard output */
  readonly out?: Pick<NodeJS.WriteStream, "write" | "isTTY" | "columns" | "rows">;
  /** How often to look. @default until the program is interrupted */
  readonly times?: number;
}

/**
 * Shows a screen of text again and again. On a terminal it is overwritten line by line, without
 * being cleared first, so that only what differs seems to move; lines are cut to the terminal's
 * width. Elsewhere a screen is printed where it differs from the last one.
 */
export async function redraw(
  look: () => Promise<string>,
  { interval = 5, out = process.stdout, times = Infinity }: RedrawOptions = {},
): Promise<void> {
  let last: string | undefined;
  for (let time = 0; time < times; time += 1) {
    if (time > 0) await sleep(interval * 1000);
    const screen = await look();
    if (out.isTTY) out.write(onTerminal(screen, out, time === 0));
    else if (screen !== last) out.write(`${last === undefined ? "" : "\n"}${screen}\n`);
    last = screen;
  }
}

const CLEAR_SCREEN = "\u001b[2J";
const HOME = "\u001b[H";
const CLEAR_TO_END_OF_LINE = "\u001b[K";
const CLEAR_BELOW = "\u001b[J";

function onTerminal(
  screen: string,
  { columns, rows }: { columns: number; rows: number },
  first: boolean,
): string {
  const lines = screen.split("\n").slice(0, rows - 1);
  const cut = (line: string) => (line.length > columns ? `${line.slice(0, columns - 1)}…` : line);
  const drawn = lines.map((line) => `${cut(line)}${CLEAR_TO_END_OF_LINE}\n`).join("");
  return `${first ? CLEAR_SCREEN : ""}${HOME}${drawn}${CLEAR_BELOW}`;
}
