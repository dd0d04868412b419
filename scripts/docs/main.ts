import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import prettier from "prettier";
import { environments } from "../../src/environments";
import { limits } from "../../src/limits";
import { diagram } from "../../src/operations/inspect/diagram";
import { auditTables } from "./audit";
import { commandTable, commandTexts, exitCodeTable } from "./commands";
import { costTables } from "./costs";
import { fill } from "./markdown";
import { localDifferences, settingsTables } from "./settings";
import { terraformTables } from "./terraform";

const project = resolve(__dirname, "../..");

/** Writes the generated parts of the docs; with `--check` only reports the files that are stale. */
async function main(check: boolean): Promise<void> {
  const { variables, outputs } = terraformTables();
  const costs = await costTables(project);
  const pages: Record<string, ReadonlyMap<string, string>> = {
    "docs/reference.md": new Map([
      ["settings", settingsTables()],
      ["variables", variables],
      ["outputs", outputs],
    ]),
    "docs/embedded-aws.md": new Map([["local's settings", localDifferences()]]),
    "docs/commands.md": new Map([["exit codes", exitCodeTable()], ...commandTexts(project)]),
    "docs/audit.md": await auditTables(project),
    "docs/costs.md": costs.page,
    "README.md": new Map([
      ["commands", commandTable(project)],
      ["costs", costs.readme],
    ]),
  };
  const json = {
    ...(await prettier.resolveConfig(join(project, "src/embedded-aws/limits.json"))),
    parser: "json",
  };
  const files = new Map([
    ["src/embedded-aws/limits.json", await prettier.format(JSON.stringify(limits), json)],
  ]);
  for (const [page, texts] of Object.entries(pages)) {
    const file = join(project, page);
    const config = await prettier.resolveConfig(file);
    const filled = fill(readFileSync(file, "utf8"), texts, page);
    files.set(page, await prettier.format(filled, { ...config, filepath: file }));
  }
  // No page shows local.
  for (const settings of environments.filter(({ name }) => name !== "local")) {
    const picture = await diagram(settings, { format: "svg", projectDir: project });
    files.set(`docs/pictures/${settings.name}.svg`, picture as string);
  }
  for (const [name, content] of files) write(name, content, check);
}

function write(name: string, content: string, check: boolean): void {
  const file = join(project, name);
  if (existsSync(file) && readFileSync(file, "utf8") === content) return;
  if (check) {
    console.error(`${name} is stale: run \`npm run docs\`.`);
    process.exitCode = 1;
    return;
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  console.log(`${name} written`);
}

void main(process.argv.includes("--check"));
