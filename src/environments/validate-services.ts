import type { Checker } from "./checker";
import { fargateMemory } from "./fargate";
import {
  logRetentionDays,
  urlRewrites,
  type ApiServerSettings,
  type MigrationSettings,
  type ServiceSettings,
} from "./settings";
import { validateCidr } from "./validate-network";

/** Checks the settings of a task. */
export function validateTask(checker: Checker, settings: MigrationSettings): void {
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

/** Checks the settings of the API server. */
export function validateApiServer(checker: Checker, settings: ApiServerSettings): void {
  validateService(checker, settings);
  if (settings.urlRewrite !== undefined) {
    checker.oneOf("urlRewrite", settings.urlRewrite, urlRewrites);
  }
}

/** Checks the settings of a service. */
export function validateService(checker: Checker, settings: ServiceSettings): void {
  validateTask(checker, settings);
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
  const rules = new Set<string>();
  settings.egress?.forEach((rule, index) => {
    const egress = checker.at(`egress[${index}]`);
    egress.matches(
      "description",
      rule.description,
      /^[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]{1,255}$/,
      "must have 1 to 255 letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*",
    );
    egress.integer("port", rule.port, 1, 65535);
    rule.cidrBlocks.forEach((block, blockIndex) => {
      const path = `cidrBlocks[${blockIndex}]`;
      if (!validateCidr(egress, path, block, 0, 32)) return;
      const one = `${rule.port} ${block}`;
      egress.check(
        path,
        block,
        !rules.has(one),
        `is allowed on port ${rule.port} already: AWS refuses the same rule twice`,
      );
      rules.add(one);
    });
    egress.check(
      "cidrBlocks",
      rule.cidrBlocks.length,
      rule.cidrBlocks.length > 0,
      "must have an entry; to allow nothing, leave the rule out",
    );
  });
}
