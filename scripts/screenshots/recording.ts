import { spawn } from "@cdktf/node-pty-prebuilt-multiarch";

/** Text that a program wrote to a terminal, with the time in seconds from the start. */
export type Event = readonly [seconds: number, text: string];

/** The output of a terminal. */
export interface Recording {
  readonly title: string;
  readonly columns: number;
  readonly rows: number;
  readonly events: readonly Event[];
}

/** The commands to record, and their terminal. */
export interface RecordOptions {
  readonly title: string;
  readonly columns: number;
  readonly rows: number;
  /** As a person would type them. Their exit codes are ignored, because a recording shows their output. */
  readonly commands: readonly string[];
  /** Folder to run them in. */
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Texts that a picture must not show, and their replacements. */
  readonly replace: readonly (readonly [text: RegExp | string, by: string])[];
}

/** Start of a line with a command. No shell prints one, because its prompt would contain the name of the machine. */
export const PROMPT = "$ ";

/** Runs commands one after the other, each on its own terminal. */
export async function record({ commands, replace, ...options }: RecordOptions): Promise<Recording> {
  const { title, columns, rows, cwd, env } = options;
  const start = performance.now();
  const events: Event[] = [];
  const append = (text: string) => {
    const at = (performance.now() - start) / 1000;
    const last = events.at(-1);
    // One write may arrive in several pieces.
    if (last && at - last[0] < ONE_WRITE) events[events.length - 1] = [last[0], last[1] + text];
    else events.push([at, text]);
  };
  for (const command of commands) {
    events.push([(performance.now() - start) / 1000, `${PROMPT}${command}\r\n`]);
    await new Promise<void>((ended) => {
      const program = spawn("bash", ["-c", command], { cols: columns, rows, cwd, env });
      program.onData(append);
      program.onExit(() => ended());
    });
    append("\r\n");
  }
  const shown = events.map(([at, text]): Event => [
    at,
    replace.reduce((all, [from, to]) => all.replaceAll(from, to), text),
  ]);
  return { title, columns, rows, events: shown };
}

/** Longest time between the pieces of one write, in seconds. */
const ONE_WRITE = 0.03;
