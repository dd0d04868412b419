import type { Copies } from "../../aws/copies";
import type { RecoverySettings } from "../../environments/options";
import type { EnvironmentSettings } from "../../environments/settings";

/** Maximum length of the name of an environment. */
const LONGEST_NAME = 20;
const SUFFIX = "-dr";

/** Environment whose name the image repositories and the password's secret have. */
export function originNameOf({ name, recovery }: EnvironmentSettings): string {
  return recovery?.of ?? name;
}

/** Name of the rebuilt environment. */
export function recoveryName(of: string): string {
  return `${of.slice(0, LONGEST_NAME - SUFFIX.length).replace(/-$/, "")}${SUFFIX}`;
}

/** The setting `recovery` for the copies in a region; undefined if a copy is missing. */
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

/** Settings in which the rebuilt environment differs. */
type Overrides = Partial<EnvironmentSettings> & Pick<EnvironmentSettings, "name" | "region">;

/** Settings that the rebuilt environment does not have. */
const LEFT_OUT = ["adopts", "stateKey", "encryption", "disasterRecovery", "formerRegions"] as const;

/** Settings in which the rebuilt environment differs in a region. */
function overrides(
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
    // Zone ids belong to a region.
    ...(network.excludeZoneIds && { network: { ...network, excludeZoneIds: undefined } }),
    ...(backup?.copyTo?.region === region && { backup: { ...backup, copyTo: undefined } }),
    ...(recovery && { recovery }),
  };
}

/** Settings of the rebuilt environment. */
export function recoveredSettings(
  settings: EnvironmentSettings,
  region: string,
  recovery: RecoverySettings | undefined,
): EnvironmentSettings {
  return { ...settings, ...overrides(settings, region, recovery) };
}

const camelCase = (name: string) =>
  name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** Text of the settings file of the rebuilt environment. */
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
    `/** ${name}, rebuilt from the copies in ${region} as of ${asOf.toISOString()}. */`,
    `export const ${camelCase(plain.name)}: EnvironmentSettings = {`,
    `  ...${from},`,
    ...Object.entries(plain).map(([key, given]) => `  ${key}: ${value(key, given)},`),
    ...(network ? [`  network: { ...${from}.network, excludeZoneIds: undefined },`] : []),
    ...(backup ? [`  backup: { ...${from}.backup!, copyTo: undefined },`] : []),
    "};",
    "",
  ].join("\n");
}
