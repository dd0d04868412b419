import { readFileSync } from "node:fs";
import { join } from "node:path";
import { environments } from "../../../src/environments";
import { diagram } from "../../../src/operations/inspect/diagram";

const shown = environments.filter(({ name }) => name !== "local");

test.each(shown)("the picture of $name is up to date (`npm run docs`)", async (settings) => {
  const projectDir = join(__dirname, "../../..");
  const file = join(projectDir, "docs/pictures", `${settings.name}.svg`);
  const drawn = await diagram(settings, { format: "svg", projectDir });
  expect(readFileSync(file, "utf8") === drawn).toBe(true);
});
