import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { printable, printableLine, programOutput } from "../../../src/process/printable";
import { data, json, say, table } from "../../../src/terminal/output";

const ESC = "\u001b";

const hostile: [string, string][] = [
  [`${ESC}[2J${ESC}[1;1Hall is well`, "clears the screen"],
  [`${ESC}]0;title\u0007`, "sets the terminal's title"],
  [`${ESC}]8;;https://example.com${ESC}\\here${ESC}]8;;${ESC}\\`, "makes a link"],
  [`\u009b31mred`, "begins a sequence with one character of C1"],
  ["error\rdone ", "writes over the line"],
  ["error\b\b\b\b\bdone", "goes back over the line"],
  ["\u007f", "deletes"],
  ["user\u202e gnp.exe", "turns the direction around"],
  ["\u2066hidden\u2069", "isolates a direction"],
  ["a\u0000b", "ends a string"],
];

/** Control characters that must not reach a terminal, except line feed and tab. */

const OBEYED = /[^\P{Cc}\n\t]|\p{Bidi_Control}/u;

test.each(hostile)("%j, which %s, is escaped", (text) => {
  expect(text).toMatch(OBEYED);
  expect(printable(text)).not.toMatch(OBEYED);
});

test("control characters in any text are escaped, and other characters stay", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const shown = printable(text);
      expect(shown).not.toMatch(OBEYED);
      expect(printable(shown)).toBe(shown);
      if (!OBEYED.test(text) && !/[\u2028\u2029]/.test(text)) expect(shown).toBe(text);
    }),
  );
});

test("one line stays one line", () => {
  expect(printableLine("one\r\ntwo\nthree")).toBe("one two three");
});

describe("the output of the command line", () => {
  const written: string[] = [];
  const keep = (text: unknown) => (written.push(String(text)), true);
  beforeEach(() => {
    written.length = 0;
    jest.spyOn(process.stdout, "write").mockImplementation(keep);
    jest.spyOn(process.stderr, "write").mockImplementation(keep);
  });
  afterEach(() => jest.restoreAllMocks());

  test.each(hostile)("%j is printed as data", (text) => {
    data(text);
    say(text);
    data(table(["tag"], [[text]]));
    expect(written.join("")).not.toMatch(OBEYED);
  });

  test.each(hostile)("%j is unchanged after reading it back as JSON", (text) => {
    json({ [text]: text });
    expect(written.join("")).not.toMatch(OBEYED);
    expect(JSON.parse(written.join(""))).toEqual({ [text]: text });
  });
});

describe("the output of a program", () => {
  const through = (pieces: readonly string[]) => {
    let shown = "";
    const pass = programOutput((text) => (shown += text));
    for (const piece of pieces) pass(piece);
    return shown;
  };

  test("keeps its colours and no other control sequence", () => {
    const text = `${ESC}[1m${ESC}[31mError:${ESC}[0m name = "${ESC}[2J"\n`;
    expect(through([text])).toBe(`${ESC}[1m${ESC}[31mError:${ESC}[0m name = "\\u001b[2J"\n`);
  });

  test.each(["8", "30", "40", "30;40", "1;8", "7", "38;5;0"])(
    "does not hide a text by ESC[%sm",
    (parameters) => {
      expect(through([`${ESC}[${parameters}m`])).toBe(`\\u001b[${parameters}m`);
    },
  );

  test.each(["", "0", "1", "31", "1;31", "90", "22;39"])(
    "may be coloured by ESC[%sm",
    (parameters) => {
      expect(through([`${ESC}[${parameters}m`])).toBe(`${ESC}[${parameters}m`);
    },
  );

  test("may be split anywhere", () => {
    const text = `${ESC}[1;31mred${ESC}[0m\r\nnext ${ESC}]0;title\u0007 end\n`;
    for (let cut = 0; cut <= text.length; cut += 1) {
      expect(through([text.slice(0, cut), text.slice(cut)])).toBe(through([text]));
    }
    expect(stripVTControlCharacters(through([...text]))).toBe(
      "red\nnext \\u001b]0;title\\u0007 end\n",
    );
  });
});
