import { Checker, type Fault } from "./checker";
import { patterns } from "./patterns";
import {
  adoptableEnvironments,
  alarmModes,
  imageTagMutabilities,
  infrequentAccessDays,
  leastImageCount,
  type EnvironmentSettings,
} from "./settings";
import { validateDatabase } from "./validate-database";
import { validateNetwork } from "./validate-network";
import { validateOptions } from "./validate-options";
import { validateApiServer, validateService, validateTask } from "./validate-services";

export type { Fault } from "./checker";

/** All settings that AWS would refuse, at once. */
export class SettingsError extends Error {
  /** Names each fault on a line of its own. */
  constructor(readonly faults: readonly Fault[]) {
    super(
      [
        `${faults.length} wrong ${faults.length === 1 ? "setting" : "settings"}; nothing was synthesized:`,
        ...faults.map(({ path, value, fix }) => `  ${path} is ${show(value)}: ${fix}`),
      ].join("\n"),
    );
    this.name = "SettingsError";
  }
}

/**
 * Checks what the compiler cannot know.
 * @throws SettingsError with every fault of every environment
 */
export function validate(environments: readonly EnvironmentSettings[]): void {
  const faults: Fault[] = [];
  const names = new Set<string>();
  for (const settings of environments) {
    const checker = new Checker(String(settings.name) || "environment", faults);
    environment(checker, settings);
    validateOptions(checker, settings);
    checker.check(
      "name",
      settings.name,
      !names.has(settings.name),
      "another environment has that name",
    );
    names.add(settings.name);
  }
  if (faults.length > 0) throw new SettingsError(faults);
}

function show(value: unknown): string {
  return typeof value === "number" || value === undefined ? String(value) : JSON.stringify(value);
}

/** "-plue-api-tg" follows the name, and a target group's name has at most 32 characters. */
const MAX_NAME_LENGTH = 32 - "-plue-api-tg".length;

function environment(checker: Checker, settings: EnvironmentSettings): void {
  checker.matches(
    "name",
    settings.name,
    new RegExp(`^(?!internal(-|$))[a-z](?!.*--)[a-z0-9-]{0,${MAX_NAME_LENGTH - 1}}(?<!-)$`),
    `must have at most ${MAX_NAME_LENGTH} lower-case letters, digits and single hyphens, start with a letter, end with no hyphen, and not begin with "internal", so that every name made from it is one that AWS takes`,
  );
  if (settings.region !== undefined) {
    checker.matches(
      "region",
      settings.region,
      new RegExp(patterns.region),
      "must be the code of an AWS region, such as us-east-1",
    );
  }
  if (settings.accountId !== undefined) {
    checker.matches("accountId", settings.accountId, /^\d{12}$/, "must have twelve digits");
  }
  validateTags(checker, settings.tags ?? {});
  checker.check(
    "secretRecoveryWindowDays",
    settings.secretRecoveryWindowDays,
    settings.secretRecoveryWindowDays === 0 ||
      (Number.isInteger(settings.secretRecoveryWindowDays) &&
        settings.secretRecoveryWindowDays >= 7 &&
        settings.secretRecoveryWindowDays <= 30),
    "must be 0 (the name is free at once) or 7 to 30",
  );
  validateNetwork(checker.at("network"), settings.network);
  validateDatabase(checker.at("database"), settings.database);
  checker
    .at("storage")
    .oneOf(
      "transitionToInfrequentAccessDays",
      settings.storage.transitionToInfrequentAccessDays,
      infrequentAccessDays,
    );
  const ecr = checker.at("ecr");
  ecr.oneOf("imageTagMutability", settings.ecr.imageTagMutability, imageTagMutabilities);
  ecr.integer("maxImageCount", settings.ecr.maxImageCount, leastImageCount, 10000);
  validateApiServer(checker.at("apiServer"), settings.apiServer);
  validateService(checker.at("webApp"), settings.webApp);
  validateTask(checker.at("migration"), settings.migration);
  if (settings.domain) {
    const domain = checker.at("domain");
    domain.matches(
      "name",
      settings.domain.name,
      /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/,
      "must be a domain name in lower case, such as plue.example.com",
    );
    if (settings.domain.hostedZoneId !== undefined) {
      domain.matches(
        "hostedZoneId",
        settings.domain.hostedZoneId,
        /^Z[A-Z0-9]{1,31}$/,
        "must be the id of a Route 53 zone, such as Z0123456789ABCDEFGHIJ",
      );
    }
  }
  checker.oneOf("alarms", settings.alarms, alarmModes);
  if (settings.budget !== undefined) {
    const { monthlyDollars, alertEmail } = settings.budget;
    const budget = checker.at("budget");
    budget.check(
      "monthlyDollars",
      monthlyDollars,
      Number.isFinite(monthlyDollars) && monthlyDollars >= 0.01,
      "must be an amount of US dollars above nothing",
    );
    if (alertEmail !== undefined) {
      budget.matches(
        "alertEmail",
        alertEmail,
        new RegExp(patterns.email),
        "must be an e-mail address",
      );
    }
  }
  if (settings.alertEmail !== undefined) {
    checker.matches(
      "alertEmail",
      settings.alertEmail,
      new RegExp(patterns.email),
      "must be an e-mail address",
    );
  }
  if (settings.adopts !== undefined) {
    checker.check(
      "adopts",
      settings.adopts,
      adoptableEnvironments.includes(settings.adopts) && settings.adopts === settings.name,
      'must be the environment\'s own name, "dev" or "production": every name in the state begins with it',
    );
  }
}

/** The stack's own AWS tags, which every resource gets, and `Name`, which many have. */
const OWN_TAGS = ["Environment", "Project", "ManagedBy", "Name"];

/** Source: "Tag naming limits and requirements", Tagging AWS resources user guide. */
const MOST_TAGS = 50;

function validateTags(checker: Checker, tags: Readonly<Record<string, string>>): void {
  const taken = new Map(OWN_TAGS.map((key) => [key.toLowerCase(), key]));
  for (const [key, value] of Object.entries(tags)) {
    const path = `tags[${JSON.stringify(key)}]`;
    checker.check(
      path,
      value,
      /^(?!aws:)[\p{L}\p{N} _.:/=+@-]{1,128}$/iu.test(key) &&
        /^[\p{L}\p{N} _.:/=+@-]{0,256}$/u.test(value),
      "a key has 1 to 128 characters and does not begin with aws:; a value has at most 256; both have letters, digits, spaces and _.:/=+-@ only",
    );
    // IAM takes no two keys that differ in case only.
    const other = taken.get(key.toLowerCase());
    checker.check(
      path,
      value,
      other === undefined || (key === "Name" && other === key),
      OWN_TAGS.includes(other ?? "")
        ? `the stack sets ${other} itself: take another key`
        : `is the same key as ${other} to AWS's IAM, which does not tell capitals apart: keep one`,
    );
    taken.set(key.toLowerCase(), key);
  }
  const most = MOST_TAGS - OWN_TAGS.length;
  const count = Object.keys(tags).length;
  checker.check(
    "tags",
    count,
    count <= most,
    `must have at most ${most}: AWS takes ${MOST_TAGS} on a resource, and the stack sets ${OWN_TAGS.length}`,
  );
}
