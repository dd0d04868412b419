import { production } from "../src/environments/production";
import type { EnvironmentSettings } from "../src/environments/settings";

/**
 * Production under its own domain name. The stack creates the alias record and a validated certificate in the Route 53
 * zone; the variable `certificate_arn` is not needed.
 */
export const domainWithZone: EnvironmentSettings = {
  ...production,
  domain: { name: "plue.example.com", hostedZoneId: "Z0123456789" },
};
