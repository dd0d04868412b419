import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { declareCommands } from "../../src/cli/commands";

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

test.each(pages)("every link of %s within the project has a target", (page) => {
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

test("docs/README.md links every page and the README links docs/README.md", () => {
  const index = read("docs/README.md");
  const missing = readdirSync(join(project, "docs"))
    .filter((file) => file.endsWith(".md") && file !== "README.md")
    .filter((file) => !index.includes(`](${file})`));
  expect(missing).toEqual([]);
  expect(read("README.md")).toContain("](docs/README.md)");
});

test("the README asks about an existing state before it deploys to AWS", () => {
  const readme = read("README.md");
  const question = readme.indexOf("](docs/adopting.md)");
  expect(question).toBeGreaterThan(readme.indexOf("npm run local"));
  expect(question).toBeLessThan(readme.indexOf("npx plue bootstrap"));
});

test("the README's layout has every folder of src", () => {
  const folders = readdirSync(join(project, "src"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  const layout = read("README.md").split("## Layout")[1]!;
  expect(folders.filter((folder) => !layout.includes(`src/${folder}/`))).toEqual([]);
});

test("the README's layout has every folder at the top", () => {
  const layout = read("README.md").split("## Layout")[1]!;
  const folders = execFileSync("git", ["ls-tree", "-d", "--name-only", "HEAD"], {
    cwd: project,
    encoding: "utf8",
  });
  const names = folders.trim().split("\n");
  // GitHub reads this one by its name.
  const missing = names.filter((name) => name !== ".github" && !layout.includes(`${name}/`));
  expect(missing).toEqual([]);
});

test("commands.md has a section for each command", () => {
  const sections = new Set(anchors("docs/commands.md"));
  const commands = declareCommands({ projectDir: project }).map((command) => command.name());
  expect(commands.filter((name) => !sections.has(`plue-${name}`))).toEqual([]);
});

test("the pages name every npm script", () => {
  const prose = pages.map(read).join("\n");
  const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
  const missing = Object.keys(scripts).filter(
    (name) => !new RegExp(`npm (run )?${name}(?![\\w:-])`).test(prose),
  );
  expect(missing).toEqual([]);
});

test("reference.md has every environment variable that the sources read", () => {
  const sources = execFileSync("git", ["grep", "-ohE", "\\bPLUE_[A-Z_]+", "--", "src", "bin"], {
    cwd: project,
    encoding: "utf8",
  });
  const reference = read("docs/reference.md");
  // GitHub's: docs/ci.md has its variables.
  const github = ["PLUE_REPOSITORY", "PLUE_TOKEN"];
  const missing = [...new Set(sources.trim().split("\n"))].filter(
    (name) => !github.includes(name) && !reference.includes(`| \`${name}\``),
  );
  expect(missing).toEqual([]);
});
