import { readFileSync } from "node:fs";
import { join } from "node:path";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { EnvironmentSettings } from "../../src/environments/settings";
import type { Need } from "../../scripts/policies/needs";
import { deployment, type Deployment } from "./deployment";
import { startEmbeddedAws, type EmbeddedAws } from "./embedded-aws";
import { missingPermissions } from "./policies";

/** The stack of the environment local on an embedded AWS that records the database password. */
export class LocalStack {
  aws!: EmbeddedAws;
  stack!: Deployment;

  /** Starts the embedded AWS and initializes the stack; applies nothing. */
  async start(settings: EnvironmentSettings): Promise<void> {
    const launcher = join(__dirname, "../fixtures/embedded-aws/password_aws.py");
    this.aws = await startEmbeddedAws({ launcher });
    this.stack = await deployment(this.aws, settings);
  }

  /** Stops it, and removes what was written. */
  async stop(): Promise<void> {
    this.stack?.remove();
    await this.aws?.stop();
  }

  /** The calls so far that CI's policies do not allow. */
  notAllowed(): Need[] {
    return missingPermissions(this.aws.recording);
  }

  /** The content of one of the two secrets of the database. */
  async secret(name: "password" | "connection"): Promise<string> {
    const client = new SecretsManagerClient(this.aws.client);
    const { SecretString } = await client.send(
      new GetSecretValueCommand({ SecretId: `local-plue-db-${name}` }),
    );
    return SecretString!;
  }

  /** The password that RDS received last. */
  databasePassword(): string {
    return readFileSync(join(this.aws.home, "database-password"), "utf8");
  }
}

/** Gives the tests of a group such a stack of their own. */
export function useLocalStack(settings: EnvironmentSettings): LocalStack {
  const local = new LocalStack();
  beforeAll(() => local.start(settings));
  afterAll(() => local.stop());
  return local;
}
