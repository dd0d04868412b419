import { PassThrough } from "node:stream";
import { showIfSlow, Steps } from "../../../src/terminal/steps";

const output = (isTTY: boolean) => {
  const stream = new PassThrough() as unknown as NodeJS.WriteStream & PassThrough;
  stream.isTTY = isTTY;
  return { stream, text: () => String((stream.read() as Buffer | null) ?? "") };
};

test("a step is one plain line outside a terminal", async () => {
  const { stream, text } = output(false);
  const steps = new Steps(stream);
  expect(await steps.run("Count", () => Promise.resolve(7))).toBe(7);
  await steps.run("Apply", (note) => Promise.resolve(note("3 added")));
  expect(text()).toMatch(/^Count \.\.\. done \(\d\.\d s\)\nApply \.\.\. 3 added \(\d\.\d s\)\n$/);
});

test("a failed step is marked on its line", async () => {
  const { stream, text } = output(false);
  const failing = new Steps(stream).run("Apply", (note) => {
    note("half of it");
    return Promise.reject(new Error("no"));
  });
  await expect(failing).rejects.toThrow("no");
  expect(text()).toMatch(/^Apply \.\.\. failed \(/);
});

test("on a terminal the line is redrawn in place", async () => {
  const { stream, text } = output(true);
  await new Steps(stream).run("Count", () => Promise.resolve());
  expect(text().split("\n")).toHaveLength(2);
});

test("only slow work is shown, only on a terminal, and nothing of it stays", async () => {
  jest.useFakeTimers();
  try {
    for (const [isTTY, milliseconds, shown] of [
      [true, 1500, ""],
      [true, 2500, "\r\u001b[KLooking (2.0 s)\r\u001b[K"],
      [false, 2500, ""],
    ] as const) {
      const { stream, text } = output(isTTY);
      const work = new Promise<number>((done) => setTimeout(done, milliseconds, 7));
      const found = showIfSlow("Looking", work, stream);
      await jest.advanceTimersByTimeAsync(milliseconds);
      expect(await found).toBe(7);
      expect(text()).toBe(shown);
    }
  } finally {
    jest.useRealTimers();
  }
});
