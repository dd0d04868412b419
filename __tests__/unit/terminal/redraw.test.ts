import { EventEmitter } from "node:events";
import { redraw } from "../../../src/terminal/redraw";

/** The output for a terminal of 80 columns and 24 rows, or for a file. */
class Screen extends EventEmitter {
  columns = 80;
  rows = 24;
  readonly written: string[] = [];
  constructor(readonly isTTY: boolean) {
    super();
  }
  write(text: string): boolean {
    return this.written.push(text) > 0;
  }
  /** The visible text of the last screen, without sequences that move the cursor. */
  get picture(): string[] {
    const last = this.written.findLast((text) => text.startsWith("\u001b[H"))!;
    return last.replace(/\u001b\[[A-Z]/g, "").split("\n");
  }
}

const terminal = () => {
  const out = new Screen(true);
  return { out, options: { interval: 0, out: out as unknown as NodeJS.WriteStream } };
};

const looks = (...texts: string[]) => {
  const left = [...texts];
  return () => Promise.resolve(left.shift()!);
};

const footer = /^looked at \d\d:\d\d:\d\d, every 0 s; Ctrl-C ends$/;

test("a long line continues below its title, and a shorter screen clears the longer one", async () => {
  const { out, options } = terminal();
  const long = `api's event     ${"word ".repeat(20).trim()}`;
  await redraw(looks(long), { ...options, indent: 16, times: 1 });
  expect(out.picture).toEqual([
    `api's event     ${"word ".repeat(13).trim()}`.slice(0, 80),
    `${" ".repeat(16)}${"word ".repeat(7).trim()}`,
    "",
    expect.stringMatching(footer),
  ]);
  expect(out.written.at(-2)).toMatch(/\u001b\[J$/);
  expect(out.written.at(-2)!.match(/\u001b\[K/g)).toHaveLength(4);
});

test("more lines than the terminal has do not scroll it, and it shows their number", async () => {
  const { out, options } = terminal();
  await redraw(looks(Array.from({ length: 50 }, (_, at) => `line ${at}`).join("\n")), {
    ...options,
    times: 1,
  });
  expect(out.picture.length).toBeLessThan(24);
  expect(out.picture).toContain("… and 30 more lines");
});

test("a terminal that becomes narrower is redrawn immediately", async () => {
  const { out, options } = terminal();
  let look = 0;
  await redraw(
    () => {
      look += 1;
      if (look === 2) {
        out.columns = 10;
        out.emit("resize");
        expect(out.picture[0]).toBe("a line");
        expect(out.picture[1]).toBe("  that is");
      }
      return Promise.resolve("a line that is long");
    },
    { ...options, times: 2 },
  );
  expect(look).toBe(2);
});

test("when it ends, the terminal and its cursor are restored, and the last screen stays", async () => {
  const { out, options } = terminal();
  const listening = process.listenerCount("exit");
  await redraw(looks("one", "two"), { ...options, times: 2 });
  expect(out.written[0]).toContain("\u001b[?1049h\u001b[?25l");
  expect(out.written.at(-1)).toBe("\u001b[?25h\u001b[?1049ltwo\n");
  expect(process.listenerCount("exit")).toBe(listening);
  expect(out.listenerCount("resize")).toBe(0);
});

test("a failed refresh restores the terminal too", async () => {
  const { out, options } = terminal();
  const failing = redraw(() => Promise.reject(new Error("expired")), options);
  await expect(failing).rejects.toThrow("expired");
  expect(out.written.at(-1)).toBe("\u001b[?25h\u001b[?1049l");
});

test("without a terminal a screen is printed only if it differs, without control characters", async () => {
  const out = new Screen(false);
  await redraw(looks("one", "one", "two"), {
    interval: 0,
    out: out as unknown as NodeJS.WriteStream,
    times: 3,
  });
  expect(out.written).toEqual(["one\n", "\ntwo\n"]);
});
