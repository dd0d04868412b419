import { describeCopies, type Copies } from "../../aws/copies";
import { estimate } from "../../cost/estimate";
import { readPrices, regionsOf } from "../../cost/prices";
import { resourcesOfStack } from "../../cost/resources";
import type { EnvironmentSettings } from "../../environments/settings";
import { usageOf } from "../../environments/usage";
import { components } from "../../names";
import { ActionRequired } from "../../process/errors";
import { Stack } from "../../terraform/stack";
import { templateOf } from "../../stack/synthesize";
import { openEnvironment, regionOf } from "../environment";
import {
  originNameOf,
  recoveredSettings,
  recoveryName,
  recoveryOf,
  settingsFile,
} from "./settings";
import { recoverySteps, stepsAfterwards, type RecoveryStep, type Recovery } from "./steps";

/** A copy in the second region. */
export interface FoundCopy {
  /** Original of the copy. */
  readonly what: string;
  /** Description of the copy; undefined if there is none. */
  readonly found?: string;
  /** Time of its data. @default not known */
  readonly asOf?: string;
  /** Age of its data in seconds. */
  readonly ageSeconds?: number;
}

/** Plan of a rebuild of an environment in its second region. */
export interface RecoveryPlan {
  /** The environment that is lost. */
  readonly environment: string;
  /** Its region. */
  readonly region: string;
  /** The environment that is rebuilt. */
  readonly rebuilt: string;
  /** The region with the copies. */
  readonly secondRegion: string;
  /** Time of the plan. */
  readonly at: string;
  /** Copies in the second region. */
  readonly copies: readonly FoundCopy[];
  /** Missing copies that a rebuild needs. */
  readonly missing: readonly string[];
  /** Other obstacles. */
  readonly warnings: readonly string[];
  /** Seconds of data that would be lost now: the age of the older of the copies of database and files. */
  readonly rpoSeconds?: number;
  /** Minutes from the decision until users reach it; undefined if a copy is missing. */
  readonly rtoMinutes?: readonly [least: number, most: number];
  /** Steps of the recovery; none if a copy is missing. */
  readonly steps: readonly RecoveryStep[];
  /** Steps after the recovery. */
  readonly afterwards: readonly string[];
  /** File with the settings, and its text; undefined if a copy is missing. */
  readonly settings?: { readonly file: string; readonly text: string };
  /** US dollars a month. */
  readonly monthly: {
    /** Cost of the rebuilt environment; undefined if the prices of the region are not known. */
    readonly rebuilt?: number;
    /** Cost of the copies; undefined if the prices of the region are not known. */
    readonly copies?: number;
  };
}

/**
 * The region in which an environment is rebuilt.
 * @param named region that the user chose, with precedence over the settings
 * @throws ActionRequired if there is none, or it is the environment's own
 */
export function secondRegionOf(
  settings: EnvironmentSettings,
  region: string,
  named: string | undefined,
): string {
  const second = named ?? settings.disasterRecovery?.region;
  if (second === undefined) {
    throw new ActionRequired(
      `${settings.name} has no copies in a second region`,
      `Set disasterRecovery in src/environments/${settings.name}.ts (docs/options.md), or choose a region with --region.`,
    );
  }
  if (second !== region) return second;
  throw new ActionRequired(
    `${second} is the region of ${settings.name}`,
    "Choose another with --region.",
  );
}

/**
 * Plans the rebuild of an environment from the copies in the second region. It makes no call to the first region,
 * which may be lost.
 */
export async function planRecovery(
  settings: EnvironmentSettings,
  { projectDir, region: named }: { readonly projectDir: string; readonly region?: string },
): Promise<RecoveryPlan> {
  const region = await regionOf(settings, projectDir);
  const secondRegion = secondRegionOf(settings, region, named);
  const there = await openEnvironment(settings, projectDir, {
    var: [`aws_region=${secondRegion}`],
  });
  const copies = await describeCopies({ ...there, region }, secondRegion);
  return recoveryPlan({ settings, region, secondRegion, copies, projectDir, now: new Date() });
}

/** {@link planRecovery} for given copies. */
export function recoveryPlan(given: {
  readonly settings: EnvironmentSettings;
  readonly region: string;
  readonly secondRegion: string;
  readonly copies: Copies;
  readonly projectDir: string;
  readonly now: Date;
}): RecoveryPlan {
  const { settings, region, secondRegion, copies, projectDir, now } = given;
  const found = foundCopies(copies, now);
  const steps = recoverySteps(given);
  const missing = missingCopies(copies);
  const recovery = missing.length > 0 ? undefined : recoveryOf(originNameOf(settings), copies);
  const rebuilt = recoveryName(settings.name);
  const ages = found.slice(0, 2).map(({ ageSeconds }) => ageSeconds);
  return {
    environment: settings.name,
    region,
    rebuilt,
    secondRegion,
    at: now.toISOString(),
    copies: found,
    missing,
    warnings: warningsOf(given),
    rpoSeconds: ages.every((age) => age !== undefined) ? Math.max(...ages) : undefined,
    rtoMinutes: recovery && [
      steps.reduce((sum, { minutes: [least] }) => sum + least, 0),
      steps.reduce((sum, { minutes: [, most] }) => sum + most, 0),
    ],
    steps: recovery ? steps : [],
    afterwards: stepsAfterwards(given),
    settings: recovery && {
      file: `src/environments/${rebuilt}.ts`,
      text: settingsFile(settings, secondRegion, recovery, now),
    },
    monthly: {
      rebuilt: monthlyOf(recoveredSettings(settings, secondRegion, recovery), projectDir),
      copies: monthlyOfCopies(copies, secondRegion, projectDir),
    },
  };
}

/** Missing copies that a rebuild needs. */
function missingCopies({ database, fileSystem, password }: Copies): string[] {
  return [
    ...(database?.latest ? [] : ["backups of the database"]),
    ...(database && !database.keyArn ? ["the key of the database's backups"] : []),
    ...(fileSystem && (fileSystem.latest || fileSystem.status === "ENDED")
      ? []
      : ["a complete copy of the file system"]),
    ...(password ? [] : ["the secret of the database's password"]),
  ];
}

/**
 * Obstacles to a rebuild although all copies exist.
 * Source of the first: "Global services" in the whitepaper AWS Fault Isolation Boundaries.
 */
function warningsOf({ settings, region, secondRegion, copies }: Recovery): string[] {
  const { database, fileSystem, repositories } = copies;
  const hooks = [settings.apiServer, settings.webApp].flatMap(({ deployment }) =>
    (deployment?.hooks ?? []).flatMap(({ lambdaArn }) =>
      lambdaArn.split(":")[3] === region ? [lambdaArn] : [],
    ),
  );
  const without = components.filter(
    (component) => !repositories.some((one) => one.component === component && one.tag),
  );
  return [
    ...(region === "us-east-1"
      ? [
          "IAM and Route 53 make changes in us-east-1 only: while that part of the region is down, no role and no record can be created, and a rebuild has to wait.",
        ]
      : []),
    ...(database && database.status !== "replicating"
      ? [`The copy of the database's backups is ${database.status}: RDS does not renew it.`]
      : []),
    ...(fileSystem && !["ENABLED", "ENDED"].includes(fileSystem.status)
      ? [`The copy of the file system is ${fileSystem.status}: EFS does not renew it.`]
      : []),
    ...hooks.map(
      (arn) =>
        `A deployment would call ${arn}, which is in ${region}: set one in ${secondRegion} in the settings.`,
    ),
    ...without.map(
      ({ title }) =>
        `${secondRegion} has no image of the ${title}: \`plue images ${recoveryName(settings.name)} --source PATH\` builds it.`,
    ),
  ];
}

const gigabytes = (bytes: number) => `${(bytes / 1024 ** 3).toFixed(1)} GB`;

/** All copies; database and file system come first. */
function foundCopies(copies: Copies, now: Date): FoundCopy[] {
  const { database, fileSystem, repositories, password } = copies;
  const since = (latest: Date | undefined) =>
    latest && {
      asOf: latest.toISOString(),
      ageSeconds: Math.max(0, Math.round((now.getTime() - latest.getTime()) / 1000)),
    };
  return [
    {
      what: "database",
      found:
        database &&
        [
          database.arn,
          database.status,
          ...(database.allocatedStorage === undefined ? [] : [`${database.allocatedStorage} GiB`]),
        ].join(", "),
      ...since(database?.latest),
    },
    {
      what: "file system",
      found: fileSystem && `${fileSystem.id}, ${fileSystem.status}, ${gigabytes(fileSystem.bytes)}`,
      ...since(fileSystem?.latest),
    },
    ...components.map((component) => {
      const repository = repositories.find((one) => one.component === component);
      return {
        what: `images of the ${component.title}`,
        found:
          repository &&
          `${repository.name}:${repository.tag ?? "(no tag)"}, ${gigabytes(repository.bytes)}`,
      };
    }),
    {
      what: "password",
      found: password && `${password.arn}${password.isReplica ? ", a replica" : ""}`,
    },
  ];
}

/** Monthly cost of an environment, in US dollars; undefined if the prices of its region are not known. */
function monthlyOf(settings: EnvironmentSettings, projectDir: string): number | undefined {
  const known = regionsOf(readPrices(projectDir));
  if (!known.includes(settings.region ?? "us-east-1")) return undefined;
  const resources = resourcesOfStack(new Stack(templateOf(settings)));
  return estimate(resources, {
    region: settings.region ?? "us-east-1",
    usage: usageOf(settings.recovery?.of ?? settings.name),
    prices: readPrices(projectDir),
  }).monthly;
}

/** Monthly cost of the copies: their sizes, a key and each secret. */
function monthlyOfCopies(copies: Copies, region: string, projectDir: string): number | undefined {
  const { prices } = readPrices(projectDir);
  const { database, fileSystem, repositories, secrets } = copies;
  const gigabyte = 1024 ** 3;
  const charges: [price: string, quantity: number][] = [
    ["databaseBackup.gigabyteMonth", database?.allocatedStorage ?? 0],
    ["fileSystem.gigabyteMonth", (fileSystem?.bytes ?? 0) / gigabyte],
    ["image.gigabyteMonth", repositories.reduce((sum, { bytes }) => sum + bytes, 0) / gigabyte],
    ["secret.month", secrets.length],
    ["key.month", database?.keyArn ? 1 : 0],
  ];
  const known = charges.map(([price, quantity]) => {
    const usd = prices[price]?.usd[region];
    return usd === undefined ? undefined : usd * quantity;
  });
  return known.every((amount) => amount !== undefined)
    ? known.reduce((sum, amount) => sum + amount, 0)
    : undefined;
}
