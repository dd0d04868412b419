import { readFileSync } from "node:fs";
import { join } from "node:path";
import { environments } from "../../../src/environments";
import { diagram } from "../../../src/operations/diagram";

test.each(environments)("the picture of $name is not stale: `npm run docs`", async (settings) => {
  const file = join(__dirname, "../../../docs/pictures", `${settings.name}.svg`);
  expect(readFileSync(file, "utf8") === (await diagram(settings, { format: "svg" }))).toBe(true);
});
