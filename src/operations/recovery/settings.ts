import type { Copies } from "../../aws/copies";
import type { RecoverySettings } from "../../environments/options";
import type { EnvironmentSettings } from "../../environments/settings";

/** The name of an environment has at most this many characters. */
const LONGEST_NAME = 20;
const SUFFIX = "-dr";

/** The environment whose name image repositories and password's secret of an environment have. */
export function originNameOf({ name, recovery }: EnvironmentSettings): string {
  return recovery?.of ?? name;
}

/** Name of the environment that an environment is rebuilt as. */
export function recoveryName(of: string): string {
  return `${of.slice(0, LONGEST_NAME - SUFFIX.length).replace(/-$/, "")}${SUFFIX}`;
}

/** The settings `recovery`, by what a region has of an environment; undefined if something is missing. */
export function recoveryOf(of: string, copies: Copies): RecoverySettings | undefined {
  const { database, fileSystem, password, repositories } = copies;
  const keyId = database?.keyArn?.split("/").at(-1);
  if (!database || !fileSystem || !password || !keyId) return undefined;
  return {
    of,
    databaseBackupsArn: database.arn,
    fileSystemId: fileSystem.id,
    passwordSecretArn: password.arn,
    keyId,
    repositories: repositories.map(({ component }) => component.key),
  };
}

/** Settings of the first environment that the rebuilt one has otherwise. */
type Overrides = Partial<EnvironmentSettings> & Pick<EnvironmentSettings, "name" | "region">;

/** What the rebuilt environment has none of. */
const LEFT_OUT = ["adopts", "encryption", "disasterRecovery", "formerRegions"] as const;

/** What of an environment's settings is another in the second region. */
export function overrides(
  settings: EnvironmentSettings,
  region: string,
  recovery: RecoverySettings | undefined,
): Overrides {
  const { name, backup, network } = settings;
  const leftOut = LEFT_OUT.filter((key) => settings[key] !== undefined);
  return {
    name: recoveryName(name),
    region,
    ...Object.fromEntries(leftOut.map((key) => [key, undefined])),
    // The ids of zones are those of a region.
    ...(network.excludeZoneIds && { network: { ...network, excludeZoneIds: undefined } }),
    ...(backup?.copyTo?.region === region && { backup: { ...backup, copyTo: undefined } }),
    ...(recovery && { recovery }),
  };
}

/** The settings of the rebuilt environment. */
export function recoveredSettings(
  settings: EnvironmentSettings,
  region: string,
  recovery: RecoverySettings | undefined,
): EnvironmentSettings {
  return { ...settings, ...overrides(settings, region, recovery) };
}

const camelCase = (name: string) =>
  name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** The file in src/environments that says so, as its text. */
export function settingsFile(
  settings: EnvironmentSettings,
  region: string,
  recovery: RecoverySettings,
  asOf: Date,
): string {
  const { name } = settings;
  const from = camelCase(name);
  const { network, backup, ...plain } = overrides(settings, region, recovery);
  const value = (key: string, given: unknown): string => {
    if (key === "recovery") {
      const lines = Object.entries(given as RecoverySettings).map(
        ([setting, of]) => `    ${setting}: ${JSON.stringify(of).replaceAll('","', '", "')},`,
      );
      return ["{", ...lines, "  }"].join("\n");
    }
    return JSON.stringify(given) ?? "undefined";
  };
  return [
    'import type { EnvironmentSettings } from "./settings";',
    `import { ${from} } from "./${name}";`,
    "",
    `/** ${name}, made from the copies in ${region} as of ${asOf.toISOString()}. */`,
    `export const ${camelCase(plain.name)}: EnvironmentSettings = {`,
    `  ...${from},`,
    ...Object.entries(plain).map(([key, given]) => `  ${key}: ${value(key, given)},`),
    ...(network ? [`  network: { ...${from}.network, excludeZoneIds: undefined },`] : []),
    ...(backup ? [`  backup: { ...${from}.backup!, copyTo: undefined },`] : []),
    "};",
    "",
  ].join("\n");
}
