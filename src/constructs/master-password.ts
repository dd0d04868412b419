import type { SecretsmanagerSecret } from "@cdktf/provider-aws/lib/secretsmanager-secret";
import { DataAwsSecretsmanagerSecretVersion } from "@cdktf/provider-aws/lib/data-aws-secretsmanager-secret-version";
import { SecretsmanagerSecretVersion } from "@cdktf/provider-aws/lib/secretsmanager-secret-version";
import { Password } from "@cdktf/provider-random/lib/password";
import { RandomProvider } from "@cdktf/provider-random/lib/provider";
import type { Construct } from "constructs";
import { Fn, TerraformLocal, Token } from "../cdktf";
import type { MasterPassword as MasterPasswordSettings } from "../environments/settings";
import { addEphemeral } from "./raw-terraform";

/** The database's master password, and how it gets to where it is needed. */
export interface MasterPassword {
  /** Terraform expression of the password. */
  readonly value: string;
  /** How the instance gets it. */
  readonly instanceArguments:
    { password: string } | { passwordWo: string; passwordWoVersion: number };
  /**
   * How a secret's version gets a content with the password in it.
   * @param content Terraform expression of the content
   * @param others Terraform expressions of what else stands in the content and may change
   */
  secretArguments(
    content: string,
    others: readonly string[],
  ): { secretString: string } | { secretStringWo: string; secretStringWoVersion: number };
}

const SECRET_VERSION = "aws_secretsmanager_secret_version.database_password";
/** Characters that RDS refuses in a password, and quotes, which only make trouble in shells. */
const EXCLUDED_CHARACTERS = "/@\" '`\\";

/**
 * A password made by Terraform's random provider: it stands in the state.
 * @param secret where the password is kept
 */
export function randomPassword(scope: Construct, secret: SecretsmanagerSecret): MasterPassword {
  new RandomProvider(scope, "random");
  const password = new Password(scope, "random_password.master", {
    length: 32,
    special: true,
    overrideSpecial: "!#$%&*()-_=+[]{}<>:?",
    // Any changed argument would make a new password; a live one stays as it is.
    lifecycle: { ignoreChanges: "all" },
  });
  new SecretsmanagerSecretVersion(scope, SECRET_VERSION, {
    secretId: secret.id,
    secretString: password.result,
    lifecycle: { createBeforeDestroy: true },
  });
  return {
    value: password.result,
    instanceArguments: { password: password.result },
    secretArguments: (content) => ({ secretString: content }),
  };
}

/**
 * A password made by Secrets Manager, which stands in neither plan nor state.
 *
 * An ephemeral password is another one in every run. It is written to the secret once for each
 * version, and all else reads it back: whatever run stops half-way, database and secrets end up
 * with the one password that the secret holds.
 *
 * @param secret where the password is kept
 * @param version raised by one for a new password
 */
export function writeOnlyPassword(
  scope: Construct,
  secret: SecretsmanagerSecret,
  version: number,
): MasterPassword {
  const made = addEphemeral(scope, "aws_secretsmanager_random_password", "database_master", {
    password_length: 32,
    exclude_characters: EXCLUDED_CHARACTERS,
  });
  const written = new SecretsmanagerSecretVersion(scope, SECRET_VERSION, {
    secretId: secret.id,
    secretStringWo: `\${${made}.random_password}`,
    secretStringWoVersion: version,
    lifecycle: { createBeforeDestroy: true },
  });
  const readBack = addEphemeral(scope, "aws_secretsmanager_secret_version", "database_password", {
    secret_id: written.secretId,
    version_id: written.versionId,
  });
  const value = new TerraformLocal(scope, "master_password", `\${${readBack}.secret_string}`)
    .asString;
  return {
    value,
    // Not the version alone: a secret that is lost and made again holds a new password under the
    // old version, and the database must get it too.
    instanceArguments: { passwordWo: value, passwordWoVersion: numberOf(written.versionId) },
    secretArguments: (content, others) => ({
      secretStringWo: content,
      secretStringWoVersion: numberOf(...others, written.versionId),
    }),
  };
}

/**
 * The password that a restored database has, as the secret says that came along with the copies. It must
 * be no other: not every provider sets a password on a database that it restores.
 *
 * For a new password, put it into the secret, and raise `masterPassword.version` where it is
 * write-only.
 *
 * @param secret what was a replica of the first database's secret
 * @param mode whether the password may stand in the state
 */
export function restoredPassword(
  scope: Construct,
  secret: SecretsmanagerSecret,
  mode: MasterPasswordSettings,
): MasterPassword {
  if (mode.mode === "random") {
    const { secretString } = new DataAwsSecretsmanagerSecretVersion(
      scope,
      "data.aws_secretsmanager_secret_version.database_password",
      { secretId: secret.id },
    );
    return {
      value: secretString,
      instanceArguments: { password: secretString },
      secretArguments: (content) => ({ secretString: content }),
    };
  }
  const read = addEphemeral(scope, "aws_secretsmanager_secret_version", "database_password", {
    secret_id: secret.id,
  });
  const value = new TerraformLocal(scope, "master_password", `\${${read}.secret_string}`).asString;
  const { version } = mode;
  return {
    value,
    instanceArguments: { passwordWo: value, passwordWoVersion: version },
    secretArguments: (content, others) => ({
      secretStringWo: content,
      secretStringWoVersion: numberOf(...others, String(version)),
    }),
  };
}

/**
 * The provider cannot see a write-only value change; a number made of all that the value depends on
 * tells it.
 */
function numberOf(...values: readonly string[]): number {
  return Token.asNumber(Fn.parseint(Fn.substr(Fn.sha256(Fn.join(" ", [...values])), 0, 7), 16));
}
