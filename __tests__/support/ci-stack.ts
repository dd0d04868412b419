import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ACMClient, RequestCertificateCommand } from "@aws-sdk/client-acm";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { readCalls } from "../../scripts/policies/calls";
import type { EnvironmentSettings } from "../../src/environments/settings";
import { deployment, type Deployment } from "./deployment";
import { startEmbeddedAws, type EmbeddedAws } from "./embedded-aws";

/**
 * The stack of an environment on an embedded AWS that records calls and the database password. Terraform runs as
 * CI's role that deploys the environment.
 */
export class CiStack {
  aws!: EmbeddedAws;
  stack!: Deployment;
  /** ARN of a certificate. */
  certificate!: string;

  constructor(private readonly settings: EnvironmentSettings) {}

  /** Starts the embedded AWS and initializes the stack; applies nothing. */
  async start(): Promise<void> {
    const { name, loadBalancer } = this.settings;
    const launcher = join(__dirname, "../fixtures/embedded-aws/password_aws.py");
    this.aws = await startEmbeddedAws({ launcher, role: { kind: "deploy", environment: name } });
    const { CertificateArn } = await new ACMClient(this.aws.client).send(
      new RequestCertificateCommand({ DomainName: "plue.example.com" }),
    );
    this.certificate = CertificateArn!;
    const variables = { certificate_arn: this.certificate };
    this.stack = await deployment(this.aws, this.settings, loadBalancer.https ? variables : {});
  }

  /** Applies other settings, to an empty plan, and returns the replaced resources and the calls in their order. */
  async change(to: EnvironmentSettings, ...variables: string[]) {
    this.stack.synthesize(to);
    const from = readFileSync(this.aws.recording).length;
    const planned = await this.stack.pending("-out=change.tfplan", ...variables);
    await this.stack.succeed("apply", "change.tfplan");
    const calls = readCalls(this.aws.recording, from).map(({ operation }) => operation);
    expect(await this.stack.pending(...variables)).toEqual([]);
    const replaced = planned.flatMap((line) => /# (\S+) must be replaced/.exec(line)?.[1] ?? []);
    return { replaced: replaced.sort(), calls };
  }

  /** Stops it, and removes what was written. */
  async stop(): Promise<void> {
    this.stack?.remove();
    await this.aws?.stop();
  }

  /** The content of one of the two secrets of the database. */
  async secret(name: "password" | "connection"): Promise<string> {
    const client = new SecretsManagerClient(this.aws.client);
    const { SecretString } = await client.send(
      new GetSecretValueCommand({ SecretId: `${this.settings.name}-plue-db-${name}` }),
    );
    return SecretString!;
  }

  /** The password that RDS received last. */
  databasePassword(): string {
    return readFileSync(join(this.aws.home, "database-password"), "utf8");
  }
}

/** Gives the tests of a group such a stack of their own. */
export function useCiStack(settings: EnvironmentSettings): CiStack {
  const ci = new CiStack(settings);
  beforeAll(() => ci.start());
  afterAll(() => ci.stop());
  return ci;
}
