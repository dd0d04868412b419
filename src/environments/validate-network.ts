import type { Checker } from "./checker";
import { contains, parseCidr } from "./cidr";
import { patterns } from "./patterns";
import { logRetentionDays, natGatewayModes, type NetworkSettings } from "./settings";

/** Checks the settings of the VPC. */
export function validateNetwork(checker: Checker, settings: NetworkSettings): void {
  const vpcIsRight = validateCidr(checker, "cidr", settings.cidr, 16, 28);
  checker.check(
    "zones",
    settings.zones.length,
    settings.zones.length >= 2 && settings.zones.length <= 6,
    "must have two to six entries: RDS and the load balancer need two zones, and no region has more than six",
  );
  settings.excludeZoneIds?.forEach((id, index) =>
    checker.matches(
      `excludeZoneIds[${index}]`,
      id,
      new RegExp(patterns.zoneId),
      "must be the id of an availability zone, such as use1-az3",
    ),
  );
  checker.oneOf("natGateways", settings.natGateways, natGatewayModes);
  checker.oneOf("flowLogRetentionDays", settings.flowLogRetentionDays, logRetentionDays);

  const earlier: { readonly path: string; readonly cidr: string }[] = [];
  settings.zones.forEach((zone, index) => {
    for (const key of ["publicCidr", "privateCidr"] as const) {
      const [path, cidr] = [`zones[${index}].${key}`, zone[key]];
      if (!validateCidr(checker, path, cidr, 16, 28)) continue;
      if (vpcIsRight) {
        checker.check(
          path,
          cidr,
          contains(settings.cidr, cidr),
          `must lie within network.cidr, ${settings.cidr}`,
        );
      }
      const other = earlier.find((one) => contains(one.cidr, cidr) || contains(cidr, one.cidr));
      if (other) checker.check(path, cidr, false, `overlaps ${other.path}`);
      earlier.push({ path, cidr });
    }
  });
}

/** Checks an IPv4 CIDR and the length of its prefix. */
export function validateCidr(
  checker: Checker,
  setting: string,
  value: string,
  minBits: number,
  maxBits: number,
): boolean {
  const cidr = parseCidr(value);
  return checker.check(
    setting,
    value,
    cidr !== undefined && cidr.bits >= minBits && cidr.bits <= maxBits,
    `must be an IPv4 CIDR from /${minBits} to /${maxBits} without bits after the prefix, such as 10.0.0.0/${minBits || 8}`,
  );
}
