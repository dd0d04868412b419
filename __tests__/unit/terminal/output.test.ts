import { duration, table, wrap } from "../../../src/terminal/output";
import { parseDuration } from "../../../src/cli/command";
import { tagOf } from "../../../src/aws/ecs";
import { environments } from "../../../src/environments";
import { settingsOf } from "../../../src/operations/environment";

test("a table aligns text left and numbers right", () => {
  expect(
    table(
      ["name", "count"],
      [
        ["a", 10],
        ["longer", undefined],
      ],
    ),
  ).toBe(["name    count", "a          10", "longer      -"].join("\n"));
});

test.each([
  [59.6, "1 min 0 s"],
  [45, "45 s"],
  [200, "3 min 20 s"],
  [7500, "2 h 5 min"],
  [-1, "0 s"],
])("%s seconds are printed as %s", (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

test.each([
  ["90", 90],
  ["90s", 90],
  ["10m", 600],
  ["2h", 7200],
  ["1d", 86400],
])("%s is %s seconds", (text, seconds) => {
  expect(parseDuration(text)).toBe(seconds);
});

test.each(["", "m", "1w", "-1m", "1.5h"])("%p is not a duration", (text) => {
  expect(() => parseDuration(text)).toThrow("Write a duration");
});

test.each([
  ["1.dkr.ecr.us-east-1.amazonaws.com/dev-plue-web-app:abc", "abc"],
  ["registry:5000/image", "latest"],
  ["image", "latest"],
])("the tag of %s is %s", (image, tag) => {
  expect(tagOf(image)).toBe(tag);
});

describe("an environment that does not exist", () => {
  test("is suggested if the name is similar", () => {
    expect(() => settingsOf("prodution")).toThrow(
      expect.objectContaining({ exitCode: 2, advice: ["Did you mean production?"] }),
    );
  });

  test("is not suggested otherwise", () => {
    expect(() => settingsOf("qa")).toThrow(
      expect.objectContaining({
        advice: [expect.stringContaining(environments.map(({ name }) => name).join(", "))],
      }),
    );
  });
});

test.each([
  ["short", 10, 2, ["short"]],
  ["one two three four", 9, 2, ["one two", "  three", "  four"]],
  ["a-word-without-any-space", 10, 2, ["a-word-wit", "  hout-any", "  -space"]],
  ["of unknown width", 0, 2, ["of unknown width"]],
  ["a b", 1, 2, ["a", "b"]],
  ["wide: one two that-does-not-fit", 30, 15, ["wide: one two", "           that-does-not-fit"]],
  ["narrower than indent", 5, 8, ["narro", "wer", "than", "inden", "t"]],
])("%j is wrapped at %d columns", (line, columns, indent, expected) => {
  expect(wrap(line, columns, indent)).toEqual(expected);
});
