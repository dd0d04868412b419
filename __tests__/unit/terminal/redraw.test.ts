import { redraw } from "../../../src/terminal/redraw";

function screen(isTTY: boolean) {
  const written: string[] = [];
  const out = {
    isTTY,
    columns: 80,
    rows: 24,
    write: (text: string) => written.push(text) > 0,
  };
  return { written, out: out as unknown as NodeJS.WriteStream };
}

const looks = (...texts: string[]) => {
  const left = [...texts];
  return () => Promise.resolve(left.shift()!);
};

test("a terminal of 80 columns is cleared once, then overwritten, and no line breaks", async () => {
  const { written, out } = screen(true);
  await redraw(looks("x".repeat(100), "short"), { interval: 0, out, times: 2 });
  expect(written[0]).toBe(`\u001b[2J\u001b[H${"x".repeat(79)}…\u001b[K\n\u001b[J`);
  expect(written[1]).toBe("\u001b[Hshort\u001b[K\n\u001b[J");
});

test("more lines than the terminal has do not scroll it", async () => {
  const { written, out } = screen(true);
  await redraw(looks("line\n".repeat(50)), { interval: 0, out, times: 1 });
  expect(written[0]!.split("\n")).toHaveLength(24);
});

test("elsewhere a screen is printed only where it differs, without control characters", async () => {
  const { written, out } = screen(false);
  await redraw(looks("one", "one", "two"), { interval: 0, out, times: 3 });
  expect(written).toEqual(["one\n", "\ntwo\n"]);
});
