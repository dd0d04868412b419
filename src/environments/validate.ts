import { BlockList, isIPv4 } from "node:net";
import { fargateMemory } from "./fargate";
import {
  logRetentionDays,
  monitoringIntervals,
  type DatabaseSettings,
  type EnvironmentSettings,
  type MigrationSettings,
  type NetworkSettings,
  type ServiceSettings,
} from "./settings";

/** A setting that AWS would refuse. */
export interface Fault {
  /** Environment and setting, for example `dev.network.zones[0].publicCidr`. */
  readonly path: string;
  /** What it is set to. */
  readonly value: unknown;
  /** What it must be. */
  readonly fix: string;
}

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

/** Collects faults under a path. */
class Checker {
  constructor(
    private readonly path: string,
    private readonly faults: Fault[],
  ) {}

  at(path: string): Checker {
    return new Checker(`${this.path}${path.startsWith("[") ? "" : "."}${path}`, this.faults);
  }

  check(setting: string, value: unknown, ok: boolean, fix: string): boolean {
    if (!ok) this.faults.push({ path: this.at(setting).path, value, fix });
    return ok;
  }

  integer(setting: string, value: number, min: number, max: number): boolean {
    return this.check(
      setting,
      value,
      Number.isInteger(value) && value >= min && value <= max,
      `must be a whole number from ${min} to ${max}`,
    );
  }

  oneOf(setting: string, value: unknown, values: readonly unknown[]): boolean {
    return this.check(
      setting,
      value,
      values.includes(value),
      `must be one of ${values.join(", ")}`,
    );
  }

  matches(setting: string, value: unknown, pattern: RegExp, fix: string): boolean {
    return this.check(setting, value, typeof value === "string" && pattern.test(value), fix);
  }
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
      /^[a-z]{2}(-[a-z]+)+-\d+$/,
      "must be the code of an AWS region, such as us-east-1",
    );
  }
  if (settings.accountId !== undefined) {
    checker.matches("accountId", settings.accountId, /^\d{12}$/, "must have twelve digits");
  }
  for (const [key, value] of Object.entries(settings.tags ?? {})) {
    checker.check(
      `tags[${JSON.stringify(key)}]`,
      value,
      /^(?!aws:|(Environment|Project|ManagedBy)$)[\p{L}\p{N} _.:/=+@-]{1,128}$/u.test(key) &&
        /^[\p{L}\p{N} _.:/=+@-]{0,256}$/u.test(value),
      "a key has 1 to 128 characters, is none of Environment, Project and ManagedBy and does not begin with aws:; a value has at most 256; both have letters, digits, spaces and _.:/=+-@ only",
    );
  }
  checker.check(
    "secretRecoveryWindowDays",
    settings.secretRecoveryWindowDays,
    settings.secretRecoveryWindowDays === 0 ||
      (Number.isInteger(settings.secretRecoveryWindowDays) &&
        settings.secretRecoveryWindowDays >= 7 &&
        settings.secretRecoveryWindowDays <= 30),
    "must be 0 (the name is free at once) or 7 to 30",
  );
  network(checker.at("network"), settings.network);
  database(checker.at("database"), settings.database);
  checker
    .at("storage")
    .oneOf(
      "transitionToInfrequentAccessDays",
      settings.storage.transitionToInfrequentAccessDays,
      [1, 7, 14, 30, 60, 90, 180, 270, 365],
    );
  const ecr = checker.at("ecr");
  ecr.oneOf("imageTagMutability", settings.ecr.imageTagMutability, ["MUTABLE", "IMMUTABLE"]);
  ecr.integer("maxImageCount", settings.ecr.maxImageCount, 1, 10000);
  service(checker.at("apiServer"), settings.apiServer);
  service(checker.at("webApp"), settings.webApp);
  task(checker.at("migration"), settings.migration);
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
  checker.oneOf("alarms", settings.alarms, ["notify", "targets-only"]);
  if (settings.alertEmail !== undefined) {
    checker.matches(
      "alertEmail",
      settings.alertEmail,
      /^[^@\s]+@[^@\s]+\.[^@\s]+$/,
      "must be an e-mail address",
    );
  }
  if (settings.adopts !== undefined) {
    checker.check(
      "adopts",
      settings.adopts,
      ["dev", "production"].includes(settings.adopts) && settings.adopts === settings.name,
      'must be the environment\'s own name, "dev" or "production": every name in the state begins with it',
    );
  }
}

function network(checker: Checker, settings: NetworkSettings): void {
  const vpc = cidr(checker, "cidr", settings.cidr, 16, 28);
  checker.check(
    "zones",
    settings.zones.length,
    settings.zones.length >= 2 && settings.zones.length <= 6,
    "must have two to six entries: RDS and the load balancer need two zones, and no region has more than six",
  );
  checker.oneOf("natGateways", settings.natGateways, ["single", "per-zone"]);
  checker.oneOf("flowLogRetentionDays", settings.flowLogRetentionDays, logRetentionDays);

  const seen: (Cidr & { path: string })[] = [];
  settings.zones.forEach((zone, index) => {
    for (const key of ["publicCidr", "privateCidr"] as const) {
      const path = `zones[${index}].${key}`;
      const subnet = cidr(checker, path, zone[key], 16, 28);
      if (!subnet) continue;
      if (vpc) {
        checker.check(
          path,
          zone[key],
          contains(vpc, subnet),
          `must lie within network.cidr, ${settings.cidr}`,
        );
      }
      const other = seen.find((earlier) => contains(earlier, subnet) || contains(subnet, earlier));
      if (other) checker.check(path, zone[key], false, `overlaps ${other.path}`);
      seen.push({ ...subnet, path });
    }
  });
}

interface Cidr {
  readonly address: string;
  readonly bits: number;
}

function contains(outer: Cidr, inner: Cidr): boolean {
  const list = new BlockList();
  list.addSubnet(outer.address, outer.bits);
  return inner.bits >= outer.bits && list.check(inner.address);
}

function cidr(
  checker: Checker,
  setting: string,
  value: string,
  minBits: number,
  maxBits: number,
): Cidr | undefined {
  const [, address = "", bitsText = ""] = /^([\d.]+)\/(\d{1,2})$/.exec(value) ?? [];
  const bits = Number(bitsText);
  const ok =
    isIPv4(address) &&
    bitsText !== "" &&
    bits >= minBits &&
    bits <= maxBits &&
    isNetworkAddress(address, bits);
  checker.check(
    setting,
    value,
    ok,
    `must be an IPv4 CIDR from /${minBits} to /${maxBits} without bits after the prefix, such as 10.0.0.0/${minBits || 8}`,
  );
  return ok ? { address, bits } : undefined;
}

function isNetworkAddress(address: string, bits: number): boolean {
  const number = address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return number % 2 ** (32 - bits) === 0;
}

function database(checker: Checker, settings: DatabaseSettings): void {
  checker.matches(
    "instanceClass",
    settings.instanceClass,
    /^db\.[a-z0-9-]+\.[a-z0-9]+$/,
    "must be an RDS instance class, such as db.t3.micro",
  );
  if (checker.integer("allocatedStorage", settings.allocatedStorage, 20, 65536)) {
    // RDS asks for a margin of ten percent above the allocated storage.
    const least = Math.ceil(settings.allocatedStorage * 1.1);
    checker.check(
      "maxAllocatedStorage",
      settings.maxAllocatedStorage,
      Number.isInteger(settings.maxAllocatedStorage) &&
        settings.maxAllocatedStorage >= least &&
        settings.maxAllocatedStorage <= 65536,
      `must be a whole number from ${least} (allocatedStorage and ten percent) to 65536`,
    );
  }
  checker.integer("backupRetentionDays", settings.backupRetentionDays, 0, 35);
  checker.oneOf("monitoringInterval", settings.monitoringInterval, monitoringIntervals);
  checker.integer("slowQueryMilliseconds", settings.slowQueryMilliseconds, -1, 2147483647);
  checker.oneOf("logRetentionDays", settings.logRetentionDays, logRetentionDays);
  if (
    checker.oneOf("masterPassword.mode", settings.masterPassword.mode, ["random", "write-only"]) &&
    settings.masterPassword.mode === "write-only"
  ) {
    checker.integer("masterPassword.version", settings.masterPassword.version, 1, 2147483647);
  }
  windows(checker, settings);
}

const DAY = 24 * 60;
const WEEK = 7 * DAY;
const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

interface Window {
  /** Minutes after the start of the day or week. */
  readonly start: number;
  /** Minutes. */
  readonly length: number;
}

function windows(checker: Checker, settings: DatabaseSettings): void {
  const time = "([01]\\d|2[0-3]):([0-5]\\d)";
  const day = `(${days.join("|")})`;
  const parse = (
    setting: "backupWindow" | "maintenanceWindow",
    format: RegExp,
    example: string,
  ) => {
    const match = format.exec(settings[setting]);
    const window = match && windowOf(match.slice(1));
    checker.check(
      setting,
      settings[setting],
      !!window && window.length >= 30,
      `must look like ${example} (UTC) and last 30 minutes or more`,
    );
    return window;
  };
  const backup = parse("backupWindow", new RegExp(`^${time}-${time}$`), "03:00-04:00");
  const maintenance = parse(
    "maintenanceWindow",
    new RegExp(`^${day}:${time}-${day}:${time}$`),
    "sun:04:00-sun:05:00",
  );
  if (!backup || !maintenance) return;
  checker.check(
    "maintenanceWindow",
    settings.maintenanceWindow,
    !days.some((_, index) =>
      overlap({ ...backup, start: backup.start + index * DAY }, maintenance),
    ),
    `must not overlap backupWindow, ${settings.backupWindow}`,
  );
}

/** Of [hour, minute, hour, minute] in a day or [day, hour, minute, day, hour, minute] in a week. */
function windowOf(parts: readonly string[]): Window {
  const half = parts.length / 2;
  const minutes = (moment: readonly string[]) =>
    (moment.length === 3 ? days.indexOf(moment[0]!) * DAY : 0) +
    Number(moment.at(-2)) * 60 +
    Number(moment.at(-1));
  const [start, end] = [minutes(parts.slice(0, half)), minutes(parts.slice(half))];
  const period = half === 3 ? WEEK : DAY;
  return { start, length: (end - start + period) % period };
}

function overlap(one: Window, other: Window): boolean {
  const distance = (from: number, to: number) => (to - from + WEEK) % WEEK;
  return (
    distance(one.start, other.start) < one.length || distance(other.start, one.start) < other.length
  );
}

function task(checker: Checker, settings: MigrationSettings): void {
  const { cpu, memoryLimitMiB } = settings.size;
  if (checker.oneOf("size.cpu", cpu, Object.keys(fargateMemory).map(Number))) {
    const memory: readonly number[] = fargateMemory[cpu];
    checker.check(
      "size.memoryLimitMiB",
      memoryLimitMiB,
      memory.includes(memoryLimitMiB),
      `with ${cpu} CPU units must be one of ${memory.join(", ")}`,
    );
  }
  checker.oneOf("logRetentionDays", settings.logRetentionDays, logRetentionDays);
}

function service(checker: Checker, settings: ServiceSettings): void {
  task(checker, settings);
  if (checker.integer("minCapacity", settings.minCapacity, 0, 5000)) {
    checker.check(
      "maxCapacity",
      settings.maxCapacity,
      Number.isInteger(settings.maxCapacity) &&
        settings.maxCapacity >= Math.max(1, settings.minCapacity) &&
        settings.maxCapacity <= 5000,
      `must be a whole number from ${Math.max(1, settings.minCapacity)} (minCapacity, at least 1) to 5000`,
    );
  }
  if (settings.fargateSpot) {
    checker.integer("fargateSpot.onDemandBase", settings.fargateSpot.onDemandBase, 0, 100000);
  }
  for (const key of ["cpuTargetPercent", "memoryTargetPercent"] as const) {
    if (settings[key] !== undefined) checker.integer(key, settings[key], 1, 100);
  }
  if (settings.requestsPerTarget !== undefined) {
    checker.integer("requestsPerTarget", settings.requestsPerTarget, 1, 2147483647);
  }
  if (settings.healthCheckGracePeriodSeconds !== undefined) {
    const seconds = settings.healthCheckGracePeriodSeconds;
    checker.integer("healthCheckGracePeriodSeconds", seconds, 0, 2147483647);
  }
  settings.egress?.forEach((rule, index) => {
    const egress = checker.at(`egress[${index}]`);
    egress.matches(
      "description",
      rule.description,
      /^[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]{1,255}$/,
      "must have 1 to 255 letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*",
    );
    egress.integer("port", rule.port, 1, 65535);
    rule.cidrBlocks.forEach((block, blockIndex) =>
      cidr(egress, `cidrBlocks[${blockIndex}]`, block, 0, 32),
    );
    egress.check(
      "cidrBlocks",
      rule.cidrBlocks.length,
      rule.cidrBlocks.length > 0,
      "must have an entry; to allow nothing, leave the rule out",
    );
  });
}
