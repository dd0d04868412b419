import { dev } from "../../src/environments/dev";
import type { EnvironmentSettings } from "../../src/environments/settings";

/** dev, as CI deploys it where there was no old project. */
export const settings: EnvironmentSettings = {
  ...dev,
  // Adopted services keep their capacity, whatever fargateSpot is.
  adopts: undefined,
  permissionsBoundary: true,
  database: { ...dev.database, masterPassword: { mode: "write-only", version: 1 } },
};
const { network } = settings;

/** The same with a NAT gateway in each zone. */
export const perZone: EnvironmentSettings = {
  ...settings,
  network: { ...network, natGateways: "per-zone" },
};

/** The same with a third zone. */
export const threeZones: EnvironmentSettings = {
  ...perZone,
  network: {
    ...perZone.network,
    zones: [...network.zones, { publicCidr: "10.0.3.0/24", privateCidr: "10.0.30.0/24" }],
  },
};
