import { local } from "../../src/environments/local";
import type { RecoverySettings } from "../../src/environments/options";
import type { EnvironmentSettings } from "../../src/environments/settings";

/** The copies of the environment local in us-west-2. */
export const recovery: RecoverySettings = {
  of: "local",
  databaseBackupsArn: "arn:aws:rds:us-west-2:123456789012:auto-backup:ab-0123456789abcdef",
  fileSystemId: "fs-0123456789abcdef0",
  passwordSecretArn:
    "arn:aws:secretsmanager:us-west-2:123456789012:secret:local-plue-db-password-AbCdEf",
  keyId: "01234567-89ab-cdef-0123-456789abcdef",
  repositories: ["api", "web"],
};

/** An environment that is made from it. */
export const recovered: EnvironmentSettings = {
  ...local,
  name: "local-dr",
  region: "us-west-2",
  recovery,
};
