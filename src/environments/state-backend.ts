/** Where the Terraform states of all environments are kept. */
export interface StateBackend {
  /** S3 bucket. */
  readonly bucket: string;
  /** DynamoDB table that holds the lock. */
  readonly lockTable: string;
  /** Region of bucket and table. */
  readonly region: string;
  /**
   * Also lock with a file beside the state (Terraform 1.10 or later), for a team on its way from
   * the table to the file.
   */
  readonly lockFile: boolean;
}

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
