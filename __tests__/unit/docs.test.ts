import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { declareCommands } from "../../src/cli/commands";
import { knownNames, stacks } from "../support/stack";

const project = join(__dirname, "../..");
const read = (file: string) => readFileSync(join(project, file), "utf8");
const pages = [
  "README.md",
  "CONTRIBUTING.md",
  ...readdirSync(join(project, "docs"))
    .filter((file) => file.endsWith(".md"))
    .map((file) => join("docs", file)),
];

/** GitHub's anchor of a heading. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

const anchors = (page: string) =>
  [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchor(heading!));

test.each(pages)("every link of %s within the project leads somewhere", (page) => {
  const links = [...read(page).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)];
  const broken = links
    .filter(([, file, heading]) => {
      const target = file ? join(dirname(page), file) : page;
      if (!existsSync(join(project, target))) return true;
      return heading !== undefined && !anchors(target).includes(heading);
    })
    .map(([link]) => link);
  expect(broken).toEqual([]);
});

describe("the docs name", () => {
  const prose = pages
    .map(read)
    .join("\n")
    .replace(/^```.*?^```/gms, "");
  const words = new Set(
    [...prose.matchAll(/`([^`]+)`/g)].flatMap(([, code]) => [
      ...code!.split(/[^\w:]+/),
      ...code!.split(/[^\w:-]+/),
    ]),
  );
  const missing = (names: readonly string[]) => names.filter((name) => !words.has(name));

  test.each(knownNames)("every variable and output of %s", (name) => {
    const { variable, output } = stacks[name].template as Record<string, object>;
    expect(missing([...Object.keys(variable!), ...Object.keys(output!)])).toEqual([]);
  });

  test("every setting", () => {
    const settings = [
      ...read("src/environments/settings.ts").matchAll(/^ {2,6}readonly (\w+)\??:/gm),
    ];
    expect(missing(settings.map(([, setting]) => setting!))).toEqual([]);
  });

  test("every command", () => {
    expect(
      missing(declareCommands({ projectDir: project }).map((command) => command.name())),
    ).toEqual([]);
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    expect(missing(Object.keys(scripts))).toEqual([]);
  });
});
