import { spawn } from "@cdktf/node-pty-prebuilt-multiarch";

/** Something that a terminal was told: when, in seconds from the start, and what. */
export type Event = readonly [seconds: number, text: string];

/** What happened on a terminal. */
export interface Recording {
  readonly title: string;
  readonly columns: number;
  readonly rows: number;
  readonly events: readonly Event[];
}

/** What to record. */
export interface RecordOptions {
  readonly title: string;
  readonly columns: number;
  readonly rows: number;
  /** As a person would type them; their exit codes do not matter, since what they print is the matter. */
  readonly commands: readonly string[];
  /** Folder to run them in. */
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** What a picture must not show, and what stands in its place. */
  readonly replace: readonly (readonly [text: RegExp | string, by: string])[];
}

/** Start of a line with a command. There is no shell, whose own would name the machine. */
export const PROMPT = "$ ";

/** Runs commands one by one on a terminal of their own. */
export async function record({ commands, replace, ...options }: RecordOptions): Promise<Recording> {
  const { title, columns, rows, cwd, env } = options;
  const start = performance.now();
  const events: Event[] = [];
  const say = (text: string) => {
    const at = (performance.now() - start) / 1000;
    const last = events.at(-1);
    // What is written at once may come in pieces.
    if (last && at - last[0] < ONE_WRITE) events[events.length - 1] = [last[0], last[1] + text];
    else events.push([at, text]);
  };
  for (const command of commands) {
    events.push([(performance.now() - start) / 1000, `${PROMPT}${command}\r\n`]);
    await new Promise<void>((ended) => {
      const program = spawn("bash", ["-c", command], { cols: columns, rows, cwd, env });
      program.onData(say);
      program.onExit(() => ended());
    });
    say("\r\n");
  }
  const shown = events.map(([at, text]): Event => [
    at,
    replace.reduce((all, [from, to]) => all.replaceAll(from, to), text),
  ]);
  return { title, columns, rows, events: shown };
}

/** Seconds. */
const ONE_WRITE = 0.03;

/** Writes a recording in the format of asciinema, version 2: https://docs.asciinema.org/manual/asciicast/v2/ */
export function cast({ title, columns, rows, events }: Recording): string {
  const header = { version: 2, width: columns, height: rows, title, idle_time_limit: 2 };
  const lines = events.map(([seconds, text]) => [Number(seconds.toFixed(3)), "o", text]);
  return [header, ...lines].map((line) => `${JSON.stringify(line)}\n`).join("");
}
