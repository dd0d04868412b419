import { production } from "../src/environments/production";
import type { EnvironmentSettings } from "../src/environments/settings";

/**
 * Production under a name of its own. With the Route 53 zone given, the alias record and a validated
 * certificate are made in it; the variable `certificate_arn` need not be set.
 */
export const domainWithZone: EnvironmentSettings = {
  ...production,
  domain: { name: "plue.example.com", hostedZoneId: "Z0123456789" },
};
