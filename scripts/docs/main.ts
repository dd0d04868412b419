import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import prettier from "prettier";
import { commandTexts } from "./commands";
import { fill } from "./markdown";
import { localDifferences, settingsTables } from "./settings";
import { terraformTables } from "./terraform";

const project = resolve(__dirname, "../..");

/** Writes what the code says into the docs; with `--check` only tells whether it stands there. */
async function main(check: boolean): Promise<void> {
  const { variables, outputs } = terraformTables();
  const pages: Record<string, ReadonlyMap<string, string>> = {
    "docs/reference.md": new Map([
      ["settings", settingsTables()],
      ["variables", variables],
      ["outputs", outputs],
    ]),
    "docs/embedded-aws.md": new Map([["local's settings", localDifferences()]]),
    "docs/commands.md": commandTexts(project),
  };
  for (const [page, texts] of Object.entries(pages)) {
    const file = join(project, page);
    const before = readFileSync(file, "utf8");
    const config = await prettier.resolveConfig(file);
    const after = await prettier.format(fill(before, texts), { ...config, filepath: file });
    if (after === before) continue;
    if (check) {
      console.error(`${page} does not say what the code says: run \`npm run docs\`.`);
      process.exitCode = 1;
    } else {
      writeFileSync(file, after);
      console.log(`${page} written`);
    }
  }
}

void main(process.argv.includes("--check"));
