import { flag, group, region, text, type Complete } from "./schema";

/** The schema of {@link StateBackend}. */
export const stateBackendSchema = group({
  /** S3 bucket. */
  bucket: text(
    /^(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    "must be the name of an S3 bucket: 3 to 63 lower-case letters, digits, hyphens and dots",
    "plue-terraform-state",
  ),
  /** DynamoDB table that holds the lock. */
  lockTable: text(
    /^[\w.-]{3,255}$/,
    "must be the name of a DynamoDB table",
    "terraform-state-lock",
  ),
  /** Region of bucket and table. */
  region,
  /**
   * Also lock with a file beside the state (Terraform 1.10 or later), for a team that moves from
   * the table to the file.
   */
  lockFile: flag,
});

/** Where the Terraform states of all environments are kept. */
export type StateBackend = Complete<typeof stateBackendSchema>;

/**
 * The project's state backend: change the values here, once. An environment variable goes before
 * the value here, and `terraform init -backend-config` before both.
 */
export const stateBackend: StateBackend = {
  bucket: process.env.PLUE_STATE_BUCKET || "plue-terraform-state",
  lockTable: process.env.PLUE_STATE_LOCK_TABLE || "terraform-state-lock",
  region: process.env.PLUE_STATE_REGION || "us-east-1",
  lockFile: process.env.PLUE_STATE_LOCK_FILE === "true",
};

/** Key of an environment's state in the bucket. */
export function stateKeyOf({ name, stateKey }: { name: string; stateKey?: string }): string {
  return stateKey ?? oldStateKeyOf(name);
}

/** The key at which the old Terraform project keeps an environment's state; also the default. */
export const oldStateKeyOf = (name: string): string => `plue/${name}/terraform.tfstate`;
