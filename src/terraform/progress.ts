import { stripVTControlCharacters } from "node:util";
import { programOutput, printableLine } from "../process/printable";

/** Lines of Terraform about each resource that it reads. */
const READ =
  /^(?:data\.)?\S+: (?:Refreshing state|Reading|Still reading|Read complete|Preparing import|Importing from ID|(?:Opening|Renewing|Closing)(?: complete|\.\.\.))/;
/** Lines about each resource that it begins to change, still changes, or has changed. */
const CHANGE =
  /^(\S+)(?: \([^)]*\))?: (?:(Creating|Modifying|Destroying|Importing)\.\.\.|(Still \w+)|(?:Creation|Modifications|Destruction|Import) complete)/;
const PLANNED = /^Plan: .*?(\d+) to add, (\d+) to change, (\d+) to destroy/;

/** Counts what a plan or an apply has done, by the lines that Terraform prints. */
export class Progress {
  private held = "";
  private read = 0;
  private done = 0;
  private readonly waiting = new Set<string>();

  /** @param total changes that an apply will make. @default as soon as Terraform prints it */
  constructor(private total?: number) {}

  /**
   * Counts a piece of output.
   * @param hides which lines to leave out
   * @returns the other lines
   */
  take(piece: string, hides: "reads" | "reads and changes"): string {
    const lines = (this.held + piece).split("\n");
    this.held = lines.pop()!;
    return lines
      .filter((line) => {
        const kind = this.count(stripVTControlCharacters(line));
        return kind === undefined || (kind === "change" && hides === "reads");
      })
      .map((line) => `${line}\n`)
      .join("");
  }

  /** The line that has not ended yet. */
  rest(): string {
    return this.held;
  }

  /** How far it is; empty before it has begun. */
  get status(): string {
    if (this.done === 0 && this.waiting.size === 0) {
      return this.read === 0 ? "" : `${this.read} resources read`;
    }
    const [first, ...others] = this.waiting;
    const more = others.length > 0 ? ` and ${others.length} more` : "";
    const of = this.total === undefined ? "" : ` of ${this.total}`;
    return `${this.done}${of}${first === undefined ? "" : `, waiting for ${first}${more}`}`;
  }

  private count(line: string): "read" | "change" | undefined {
    if (READ.test(line)) {
      if (/: (Refreshing|Reading|Opening\.)/.test(line)) this.read += 1;
      return "read";
    }
    const planned = PLANNED.exec(line);
    if (planned) this.total ??= planned.slice(1).reduce((sum, number) => sum + Number(number), 0);
    const [, address, begins, goesOn] = CHANGE.exec(line) ?? [];
    if (address === undefined) return undefined;
    if (begins !== undefined) this.waiting.add(address);
    else if (goesOn === undefined) {
      this.done += 1;
      this.waiting.delete(address);
    }
    return "change";
  }
}

/** Where the progress of a Terraform is shown. */
export interface ProgressOptions {
  /** The command, such as `terraform plan`. */
  readonly what: string;
  /** Changes that an apply will make. @default unknown */
  readonly total?: number;
  /** Show all that Terraform prints. @default false */
  readonly verbose?: boolean;
  /** Called with how far it is, in the place of all output. @default it is shown on standard error */
  readonly onStatus?: (status: string) => void;
}

/**
 * Shows how far Terraform is. A terminal gets one line that counts, in the place of the lines about each
 * resource; elsewhere, the lines about what is only read are left out.
 * @returns what takes its output, and what ends the line
 */
export function showProgress(
  { what, total, verbose = false, onStatus }: ProgressOptions,
  out: NodeJS.WriteStream = process.stderr,
): { onOutput?: (piece: string) => void; end: () => void } {
  const progress = new Progress(total);
  if (onStatus) {
    const onOutput = (piece: string) => {
      progress.take(piece, "reads and changes");
      onStatus(progress.status);
    };
    return { onOutput, end: () => {} };
  }
  if (verbose) return { end: () => {} };
  const pass = programOutput((text) => out.write(text));
  if (!out.isTTY) {
    return {
      onOutput: (piece) => pass(progress.take(piece, "reads")),
      end: () => pass(progress.rest()),
    };
  }
  const start = Date.now();
  const clear = () => out.write("\r\u001b[K");
  const draw = () => {
    const seconds = Math.round((Date.now() - start) / 1000);
    const line = printableLine(
      `${what}${progress.status && `: ${progress.status}`} (${seconds} s)`,
    );
    out.write(`\r\u001b[K${line.slice(0, out.columns - 1)}`);
  };
  const timer = setInterval(draw, 500);
  return {
    onOutput: (piece) => {
      clear();
      pass(progress.take(piece, "reads and changes"));
      draw();
    },
    end: () => {
      clearInterval(timer);
      clear();
      pass(progress.rest());
    },
  };
}
