import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { EnvironmentSettings } from "../../src/environments/settings";

const folder = join(__dirname, "../../examples");

/** Every example of the project, by the name of its file. */
export const examples: [string, EnvironmentSettings][] = readdirSync(folder)
  .filter((file) => file.endsWith(".ts"))
  .map((file) => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const exported = require(join(folder, file)) as Record<string, EnvironmentSettings>;
    return [file, Object.values(exported)[0]!];
  });
