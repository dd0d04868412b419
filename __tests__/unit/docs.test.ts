import { execFileSync } from "node:child_process";
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
  "examples/README.md",
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

test("the README is short", () => {
  expect(read("README.md").trimEnd().split("\n").length).toBeLessThanOrEqual(210);
});

test("every folder of the sources is in the README's layout and among CONTRIBUTING's rooms", () => {
  const rooms = readdirSync(join(project, "src"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  const layout = read("README.md").split("## Layout")[1]!;
  expect(rooms.filter((room) => !layout.includes(`src/${room}/`))).toEqual([]);
  const table = read("CONTRIBUTING.md").split("## Rooms")[1]!;
  expect(rooms.filter((room) => !table.includes(`| \`${room}/\``))).toEqual([]);
});

test("every folder at the top is in the README's layout", () => {
  const layout = read("README.md").split("## Layout")[1]!;
  const folders = execFileSync("git", ["ls-tree", "-d", "--name-only", "HEAD"], {
    cwd: project,
    encoding: "utf8",
  });
  const names = folders.trim().split("\n");
  // What GitHub looks for is no part of the project.
  const missing = names.filter((name) => name !== ".github" && !layout.includes(`${name}/`));
  expect(missing).toEqual([]);
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
