import { printableLine } from "../process/printable";

/** Adds to the line of a running step, and stays there when it is done. */
export type Note = (text: string) => void;

/**
 * One line of progress for each step, with the seconds that it took. On a terminal the seconds
 * count up while it runs; elsewhere the line is plain text.
 */
export class Steps {
  /** @param out where the lines go: standard error, as all does that is not data */
  constructor(private readonly out: NodeJS.WriteStream = process.stderr) {}

  /** Runs a step. */
  async run<T>(name: string, work: (note: Note) => Promise<T>): Promise<T> {
    const start = performance.now();
    let note = "";
    const line = () => `${name}${note && `: ${note}`} (${elapsed(start)})`;
    const redraw = () => this.out.write(`\r\u001b[K${line()}`);
    const timer = this.out.isTTY ? setInterval(redraw, 1000) : undefined;
    if (this.out.isTTY) redraw();
    else this.out.write(`${name} ... `);
    let outcome = "failed";
    try {
      const result = await work((text) => (note = printableLine(text)));
      outcome = "done";
      return result;
    } finally {
      clearInterval(timer);
      if (outcome === "done") outcome = note || outcome;
      if (this.out.isTTY) this.out.write(`\r\u001b[K${name}: `);
      this.out.write(`${outcome} (${elapsed(start)})\n`);
    }
  }
}

/** Longest silence of a command, in milliseconds. */
const SILENCE = 2000;

/** Shows on a terminal what a command does, if that takes longer than two seconds; nothing of it stays. */
export async function showIfSlow<T>(
  what: string,
  work: Promise<T>,
  out: NodeJS.WriteStream = process.stderr,
): Promise<T> {
  if (!out.isTTY) return work;
  const start = performance.now();
  let shown = false;
  const timer = setInterval(() => {
    shown = true;
    out.write(`\r\u001b[K${what} (${elapsed(start)})`);
  }, SILENCE);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    if (shown) out.write("\r\u001b[K");
  }
}

function elapsed(start: number): string {
  const seconds = (performance.now() - start) / 1000;
  return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
}
