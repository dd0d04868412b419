import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetRoleCommand, IAMClient, ListAttachedRolePoliciesCommand } from "@aws-sdk/client-iam";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { App } from "../../../src/cdktf";
import type { GithubSettings } from "../../../src/environments/github";
import { GithubStack } from "../../../src/stack/github-stack";
import {
  describeEmbeddedAws,
  startEmbeddedAws,
  terraform,
  type EmbeddedAws,
} from "../../support/embedded-aws";

const settings: GithubSettings = { repository: "acme/infra", environments: ["dev", "production"] };

describeEmbeddedAws("the stack of GitHub's roles", () => {
  let aws: EmbeddedAws;
  let outdir: string;

  beforeAll(async () => {
    aws = await startEmbeddedAws();
    outdir = mkdtempSync(join(tmpdir(), "plue-github-"));
  });
  afterAll(async () => {
    await aws?.stop();
    rmSync(outdir, { recursive: true, force: true });
  });

  test("applies, and a second plan is empty", async () => {
    const app = new App({ outdir, stackTraces: false });
    new GithubStack(app, settings);
    app.synth();
    const folder = join(outdir, "stacks/github");
    // Its state stays in the folder: the bucket is another test's business.
    const file = join(folder, "cdk.tf.json");
    const json = JSON.parse(readFileSync(file, "utf8")) as { terraform: { backend?: object } };
    delete json.terraform.backend;
    writeFileSync(file, JSON.stringify(json));
    for (const args of [
      ["init", "-input=false"],
      ["apply", "-auto-approve"],
      ["plan", "-detailed-exitcode"],
    ]) {
      const { code, stdout, stderr } = await terraform(folder, args, aws.env);
      if (code !== 0) throw new Error(`terraform ${args.join(" ")}: ${stdout}${stderr}`);
    }

    const iam = new IAMClient(aws.client);
    const subjects = async (RoleName: string) => {
      const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
      const document = JSON.parse(decodeURIComponent(Role!.AssumeRolePolicyDocument!)) as {
        Statement: { Condition: { StringEquals: Record<string, string | string[]> } }[];
      };
      const equals = document.Statement[0]!.Condition.StringEquals;
      expect(equals["token.actions.githubusercontent.com:aud"]).toBe("sts.amazonaws.com");
      return [equals["token.actions.githubusercontent.com:sub"]].flat();
    };
    expect(await subjects("plue-github-plan-dev")).toEqual([
      "repo:acme/infra:pull_request",
      "repo:acme/infra:ref:refs/heads/main",
    ]);
    expect(await subjects("plue-github-plan-production")).toEqual([
      "repo:acme/infra:ref:refs/heads/main",
    ]);
    expect(await subjects("plue-github-images")).toEqual(["repo:acme/infra:ref:refs/heads/main"]);
    expect(await subjects("plue-github-deploy-dev")).toEqual(["repo:acme/infra:environment:dev"]);
    const { AttachedPolicies = [] } = await iam.send(
      new ListAttachedRolePoliciesCommand({ RoleName: "plue-github-deploy-dev" }),
    );
    expect(AttachedPolicies.length).toBeGreaterThan(0);
    // IAM's quota of managed policies for a role.
    expect(AttachedPolicies.length).toBeLessThanOrEqual(10);
  });

  test("limits the calls of its roles", async () => {
    const { Credentials } = await new STSClient(aws.client).send(
      new AssumeRoleCommand({
        RoleArn: "arn:aws:iam::123456789012:role/plue-github-deploy-dev",
        RoleSessionName: "me",
      }),
    );
    const credentials = {
      accessKeyId: Credentials!.AccessKeyId!,
      secretAccessKey: Credentials!.SecretAccessKey!,
      sessionToken: Credentials!.SessionToken!,
    };
    const secrets = new SecretsManagerClient({ ...aws.client, credentials });
    const create = (Name: string) =>
      secrets.send(new CreateSecretCommand({ Name, SecretString: "x" }));
    await create("dev-plue-db-password");
    await expect(create("production-plue-db-password")).rejects.toThrow("is not authorized");
  });
});
