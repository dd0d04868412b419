import type { SecretsmanagerSecret } from "@cdktf/provider-aws/lib/secretsmanager-secret";
import { DataAwsSecretsmanagerSecretVersion } from "@cdktf/provider-aws/lib/data-aws-secretsmanager-secret-version";
import { SecretsmanagerSecretVersion } from "@cdktf/provider-aws/lib/secretsmanager-secret-version";
import { Password } from "@cdktf/provider-random/lib/password";
import { RandomProvider } from "@cdktf/provider-random/lib/provider";
import type { Construct } from "constructs";
import { Fn, TerraformLocal, Token } from "../cdktf";
import type { MasterPassword as MasterPasswordSettings } from "../environments/settings";
import { addEphemeral } from "./raw-terraform";

/** The database's master password, with the arguments that pass it on. */
export interface MasterPassword {
  /** Terraform expression of the password. */
  readonly value: string;
  /** Arguments of the instance. */
  readonly instanceArguments:
    { password: string } | { passwordWo: string; passwordWoVersion: number };
  /**
   * Arguments of a secret version whose content contains the password.
   * @param content Terraform expression of the content
   * @param others Terraform expressions of all else in the content that may change
   */
  secretArguments(
    content: string,
    others: readonly string[],
  ): { secretString: string } | { secretStringWo: string; secretStringWoVersion: number };
}

const SECRET_VERSION = "aws_secretsmanager_secret_version.database_password";
/** Characters that RDS refuses in a password, and quotes, which shells treat specially. */
const EXCLUDED_CHARACTERS = "/@\" '`\\";

/**
 * A password from Terraform's random provider. The state contains it.
 * @param secret secret that keeps the password
 */
export function randomPassword(scope: Construct, secret: SecretsmanagerSecret): MasterPassword {
  new RandomProvider(scope, "random");
  const password = new Password(scope, "random_password.master", {
    length: 32,
    special: true,
    overrideSpecial: "!#$%&*()-_=+[]{}<>:?",
    // A changed argument would create a new password.
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
 * A password from Secrets Manager. Neither plan nor state contains it.
 *
 * An ephemeral password is different in every run. Terraform writes it to the secret once for each
 * version, and reads it back for everything else: even if a run is interrupted, database and secrets end
 * up with the password in the secret.
 *
 * @param secret secret that keeps the password
 * @param version number that is raised by one for a new password
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
    // The version id, not `version`: a secret that is lost and recreated has a new password for the same
    // `version`, and the database must get it too.
    instanceArguments: { passwordWo: value, passwordWoVersion: numberOf(written.versionId) },
    secretArguments: (content, others) => ({
      secretStringWo: content,
      secretStringWoVersion: numberOf(...others, written.versionId),
    }),
  };
}

/**
 * The password of a restored database, from the secret that was copied with it. It cannot be a new one:
 * some versions of the provider set no password on a database that they restore.
 *
 * To change the password, put the new one into the secret, and raise `masterPassword.version` if it is
 * write-only.
 *
 * @param secret former replica of the first database's secret
 * @param mode settings that decide if the state may contain the password
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
 * Version number of a write-only value, a hash of everything that the value depends on: the provider
 * cannot see the value itself change.
 */
function numberOf(...values: readonly string[]): number {
  return Token.asNumber(Fn.parseint(Fn.substr(Fn.sha256(Fn.join(" ", [...values])), 0, 7), 16));
}
