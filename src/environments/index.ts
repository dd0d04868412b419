import type { EnvironmentSettings } from "./settings";
import { dev } from "./dev";
import { local } from "./local";
import { production } from "./production";

/** Every environment; each becomes a stack of its name. */
export const environments: readonly EnvironmentSettings[] = [dev, production, local];
