import { readFileSync, readdirSync, statSync } from "node:fs";
import { hostname, homedir } from "node:os";
import { join, resolve } from "node:path";
import type { Recording } from "../../scripts/screenshots/recording";
import { Screen } from "../../scripts/screenshots/screen";
import { film, still } from "../../scripts/screenshots/terminal-svg";

const pictures = resolve(__dirname, "../../docs/pictures");

function shown(columns: number, ...texts: string[]): readonly string[] {
  const screen = new Screen(columns);
  for (const text of texts) screen.write(text);
  return screen.text;
}

describe("the screen of a terminal", () => {
  test("a progress line replaces the previous one", () => {
    expect(shown(80, "apply (1 s)", "\r\u001b[Kapply: done\r\n")).toEqual(["apply: done"]);
  });

  test("a control sequence may arrive in two parts", () => {
    expect(shown(80, "waiting\r\u001b", "[Kdone")).toEqual(["done"]);
  });

  test("a line that is too long wraps", () => {
    expect(shown(5, "0123456789ab")).toEqual(["01234", "56789", "ab"]);
  });

  test("an unknown control sequence is refused", () => {
    expect(() => shown(80, "\u001b[2J")).toThrow("is unknown here");
  });
});

const recording: Recording = {
  title: "a session",
  columns: 20,
  rows: 3,
  events: [
    [0, "$ one\r\n"],
    [5, "a < b\r\n"],
    [60, "\r\n"],
    [60.1, "$ two\r\n"],
    [61, "last\r\n"],
  ],
};

test("a film shortens the waits, shows each line once, and does not move if the user prefers reduced motion", () => {
  const svg = film(recording);
  const seconds = Number(/animation:film ([\d.]+)s/.exec(svg)![1]);
  expect(seconds).toBeLessThan(10);
  expect(svg.match(/>a &lt; b</g)).toHaveLength(1);
  expect(svg).toContain("prefers-reduced-motion");
  expect(svg).not.toMatch(/https?:(?!\/\/www\.w3\.org\/2000\/svg)|url\(|@import|href="(?!#)/);
});

test("a still shows the whole output", () => {
  expect(still(recording).match(/<text /g)).toHaveLength(4);
});

describe.each(readdirSync(pictures))("docs/pictures/%s", (name) => {
  test("is small enough for a page, and does not identify a machine", () => {
    const file = join(pictures, name);
    expect(statSync(file).size).toBeLessThan(300_000);
    if (name.endsWith(".png")) return;
    const text = readFileSync(file, "utf8");
    expect(text).not.toMatch(/\/(home|root|tmp|opt|work|Users|usr|var\/folders)\//);
    // A short name, such as "ip-10", may occur anywhere.
    for (const word of [homedir(), hostname()].filter(({ length }) => length > 5)) {
      expect(text.includes(word)).toBe(false);
    }
  });
});
