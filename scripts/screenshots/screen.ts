/**
 * The screen of a terminal, with the control sequences that this project writes. It refuses all others, because
 * the picture would be wrong.
 */
export class Screen {
  private lines: string[] = [""];
  private row = 0;
  private column = 0;
  private rest = "";

  /** @param columns the number of characters after which a line wraps */
  constructor(private readonly columns: number) {}

  /** All lines since the start, including those that have scrolled out of view. */
  get text(): readonly string[] {
    const lines = this.lines.map((line) => line.trimEnd());
    return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
  }

  /**
   * Applies the output of a program.
   * @throws Error for an unknown control sequence
   */
  write(text: string): void {
    const all = this.rest + text;
    let at = 0;
    this.rest = "";
    while (at < all.length) {
      const char = all[at]!;
      if (char !== "\u001b") {
        this.put(char);
        at += 1;
        continue;
      }
      const [sequence] = /^\u001b\[[\d;?]*[A-Za-z]/.exec(all.slice(at)) ?? [];
      if (sequence === undefined) {
        if (all.length - at > 12)
          throw new Error(`unknown: ${JSON.stringify(all.slice(at, at + 12))}`);
        this.rest = all.slice(at);
        return;
      }
      this.control(sequence.slice(2));
      at += sequence.length;
    }
  }

  private put(char: string): void {
    if (char === "\r") this.column = 0;
    else if (char === "\n") this.newLine();
    else {
      if (this.column === this.columns) {
        this.newLine();
        this.column = 0;
      }
      const line = this.lines[this.row]!.padEnd(this.column);
      this.lines[this.row] = `${line.slice(0, this.column)}${char}${line.slice(this.column + 1)}`;
      this.column += 1;
    }
  }

  private newLine(): void {
    this.row += 1;
    if (this.row === this.lines.length) this.lines.push("");
  }

  private control(sequence: string): void {
    if (sequence === "K" || sequence === "0K") {
      this.lines[this.row] = this.lines[this.row]!.slice(0, this.column);
    } else if (sequence === "1G" || sequence === "G") {
      this.column = 0;
    } else if (!/^[\d;]*m$|^\?\d+[hl]$/.test(sequence)) {
      throw new Error(`the control sequence ESC [ ${sequence} is unknown here`);
    }
  }
}
