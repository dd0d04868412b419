import { devNull } from "node:os";

/** The account of every embedded AWS. Source: moto's DEFAULT_ACCOUNT_ID. */
export const embeddedAccountId = "123456789012";

// Variables that would send a child to the user's real account, to another state, or to another
// Python than the one that was chosen. PYTHON also matches PYTHONPATH and PYTHONHOME.
const foreign =
  /^(AWS_(?!SDK_JS_)|PYTHON|PIP_(PREFIX|TARGET|USER)$|TF_(CLI_ARGS|DATA_DIR|WORKSPACE|INPUT)|CDKTF_|MOTO_)/;

/** The caller's environment without what would lead a child astray: credentials, above all. */
export function cleanEnvironment(
  environment: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const entries = Object.entries(environment).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !foreign.test(entry[0]),
  );
  return Object.fromEntries(entries);
}

/** Variables that point a program at an embedded AWS, and at nothing else. */
export function embeddedAwsVariables(endpoint: string, region: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: "true",
    CHECKPOINT_DISABLE: "1",
    TF_IN_AUTOMATION: "1",
    TF_INPUT: "0",
  };
}

/**
 * Makes this program, and all that it runs, talk to an embedded AWS and to nothing else.
 */
export function enterEmbeddedAws(endpoint: string, region: string): void {
  const kept = cleanEnvironment();
  for (const name of Object.keys(process.env)) if (!(name in kept)) delete process.env[name];
  Object.assign(process.env, embeddedAwsVariables(endpoint, region));
}
