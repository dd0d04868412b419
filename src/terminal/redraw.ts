import { setTimeout as sleep } from "node:timers/promises";
import { printable } from "../process/printable";
import { throwIfUnwritten, wrap } from "./output";

/** How to show a screen that is kept up to date. */
export interface RedrawOptions {
  /** Seconds between two looks. @default 5 */
  readonly interval?: number;
  /** Columns by which the rest of a line that is too long is indented. @default 2 */
  readonly indent?: number;
  /** Where the screen is. @default standard output */
  readonly out?: Pick<NodeJS.WriteStream, "write" | "isTTY" | "columns" | "rows" | "on" | "off">;
  /** How often to look. @default until the program is interrupted */
  readonly times?: number;
}

/**
 * Shows a screen of text again and again. A terminal's other screen is used, and overwritten line by
 * line without being cleared first, so that only what differs seems to move; in the end, the terminal
 * is as it was, with the last screen below. Elsewhere a screen is printed where it differs from the
 * last one.
 */
export async function redraw(
  look: () => Promise<string>,
  { interval = 5, indent = 2, out = process.stdout, times = Infinity }: RedrawOptions = {},
): Promise<void> {
  let last: string | undefined;
  let looked = "";
  const draw = () => {
    if (last !== undefined) out.write(drawn(last, `looked at ${looked}, every ${interval} s`));
  };
  const drawn = (screen: string, footer: string) => {
    // A pseudo-terminal without a size has 0 rows and columns.
    const room = Math.max((out.rows || 24) - 3, 1);
    const lines = screen.split("\n").flatMap((line) => wrap(line, out.columns, indent));
    const shown = lines.length > room ? lines.slice(0, room - 1) : lines;
    const more = lines.length > room ? [`… and ${lines.length - shown.length} more lines`] : [];
    return [
      HOME,
      ...[...shown, ...more, "", `${footer}; Ctrl-C ends`].map(
        (line, index, { length }) =>
          `${line.slice(0, out.columns || undefined)}${CLEAR_TO_END_OF_LINE}${index < length - 1 ? "\n" : ""}`,
      ),
      CLEAR_BELOW,
    ].join("");
  };
  const leave = () =>
    out.write(`${SHOW_CURSOR}${OWN_SCREEN}${last === undefined ? "" : `${last}\n`}`);
  if (out.isTTY) {
    out.write(`${OTHER_SCREEN}${HIDE_CURSOR}${HOME}${CLEAR_BELOW}Looking ...`);
    out.on("resize", draw);
    process.once("exit", leave);
  }
  try {
    for (let time = 0; time < times; time += 1) {
      if (time > 0) await sleep(interval * 1000);
      throwIfUnwritten();
      const screen = printable(await look());
      looked = new Date().toTimeString().slice(0, 8);
      const differs = screen !== last;
      if (!out.isTTY && differs) out.write(`${last === undefined ? "" : "\n"}${screen}\n`);
      last = screen;
      if (out.isTTY) draw();
    }
  } finally {
    if (out.isTTY) {
      out.off("resize", draw);
      process.off("exit", leave);
      leave();
    }
  }
}

const OTHER_SCREEN = "\u001b[?1049h";
const OWN_SCREEN = "\u001b[?1049l";
const HIDE_CURSOR = "\u001b[?25l";
const SHOW_CURSOR = "\u001b[?25h";
const HOME = "\u001b[H";
const CLEAR_TO_END_OF_LINE = "\u001b[K";
const CLEAR_BELOW = "\u001b[J";
