import { production } from "../src/environments/production";
import type { EnvironmentSettings } from "../src/environments/settings";

/** Production in three availability zones. With `per-zone` the third zone adds a NAT gateway and a public address. */
export const threeZones: EnvironmentSettings = {
  ...production,
  network: {
    ...production.network,
    zones: [
      ...production.network.zones,
      { publicCidr: "10.0.3.0/24", privateCidr: "10.0.30.0/24" },
    ],
  },
};
