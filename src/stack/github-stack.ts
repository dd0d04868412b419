import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { IamOpenidConnectProvider } from "@cdktf/provider-aws/lib/iam-openid-connect-provider";
import { IamPolicy } from "@cdktf/provider-aws/lib/iam-policy";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import type { Construct } from "constructs";
import { S3Backend, TerraformOutput } from "../cdktf";
import { githubSchema, type GithubSettings } from "../environments/github";
import { stateBackend } from "../environments/state-backend";
import { check } from "../environments/faults";
import { names } from "../names";
import { BaseStack } from "./base-stack";
import { providerVersions } from "./plue-stack";
import {
  deployPolicies,
  imagesPolicy,
  permissionsBoundary,
  planPolicies,
  settingsOf,
} from "./github-policies";

const HOST = "token.actions.githubusercontent.com";

/** Maximum duration of a deployment in hours; its credentials are valid for that time. */
const DEPLOY_HOURS = 2;

/**
 * Roles for the workflows of one GitHub repository, without a secret: the roles trust GitHub's token (OIDC),
 * which contains repository, branch and environment of a job.
 *
 * - `plan` of each environment, for the branch, and for pull requests where the settings allow it: reads.
 * - `images` for the branch: pushes images.
 * - `deploy` of each environment, for jobs of the GitHub environment on the branch, which run after its
 *   reviewers' approval. Every role that it creates has the permissions boundary of the environment.
 *
 * A job with an environment has another subject in its token, so a job of one kind cannot assume the role
 * of another kind. Sources: "OpenID Connect reference", GitHub Docs; "Available keys for AWS OIDC federation",
 * IAM User Guide.
 */
export class GithubStack extends BaseStack {
  /** Creates the roles, and the provider unless the account has it. */
  constructor(scope: Construct, given: GithubSettings) {
    super(scope, "github");
    const settings = check(githubSchema, given, "github");
    const { repository, branch, options, region } = settings;
    const accounts = settings.environments.flatMap((name) => settingsOf(name)?.accountId ?? []);
    this.configureTerraform(region, accounts[0]);
    const { accountId } = new DataAwsCallerIdentity(this, "data.aws_caller_identity.current");
    const providerArn =
      settings.providerArn ??
      new IamOpenidConnectProvider(this, "aws_iam_openid_connect_provider.github", {
        url: `https://${HOST}`,
        clientIdList: ["sts.amazonaws.com"],
      }).arn;
    const onBranch = `repo:${repository}:ref:refs/heads/${branch}`;
    const trust = (subjects: readonly string[], ref?: string) =>
      JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Action: "sts:AssumeRoleWithWebIdentity",
            Principal: { Federated: providerArn },
            Condition: {
              StringEquals: {
                [`${HOST}:aud`]: "sts.amazonaws.com",
                [`${HOST}:sub`]: subjects,
                ...(ref && { [`${HOST}:ref`]: ref }),
              },
            },
          },
        ],
      });

    const images = new IamRole(this, "aws_iam_role.images", {
      name: "plue-github-images",
      description: `Pushes the images of ${repository}`,
      assumeRolePolicy: trust([onBranch]),
    });
    this.allow("images", images, [imagesPolicy(accountId, settings.environments)]);

    const arns = settings.environments.map((environment) => {
      new IamPolicy(this, `aws_iam_policy.boundary_${environment}`, {
        name: names.permissionsBoundary(environment),
        description: `The most that a role of ${environment} can do`,
        policy: permissionsBoundary(environment),
      });
      const fromPullRequests = settings.pullRequests.includes(environment);
      const plan = new IamRole(this, `aws_iam_role.plan_${environment}`, {
        name: `plue-github-plan-${environment}`,
        description: `Plans ${environment} from ${repository}`,
        assumeRolePolicy: trust([
          ...(fromPullRequests ? [`repo:${repository}:pull_request`] : []),
          onBranch,
        ]),
      });
      this.allow(`plan_${environment}`, plan, planPolicies(environment, options));
      const deploy = new IamRole(this, `aws_iam_role.deploy_${environment}`, {
        name: `plue-github-deploy-${environment}`,
        description: `Deploys ${environment} from ${repository}`,
        maxSessionDuration: DEPLOY_HOURS * 60 * 60,
        // The subject contains the environment and not the branch, from which anyone could start the job.
        assumeRolePolicy: trust(
          [`repo:${repository}:environment:${environment}`],
          `refs/heads/${branch}`,
        ),
      });
      this.allow(`deploy_${environment}`, deploy, deployPolicies(environment, options));
      return { environment, plan: plan.arn, deploy: deploy.arn };
    });

    const byEnvironment = (kind: "plan" | "deploy") =>
      Object.fromEntries(arns.map((one) => [one.environment, one[kind]]));
    for (const [name, value, description] of [
      ["plan_role_arns", byEnvironment("plan"), "AWS_PLAN_ROLE_ARNS of the repository, as JSON"],
      ["images_role_arn", images.arn, "AWS_IMAGES_ROLE_ARN of the repository"],
      ["deploy_role_arns", byEnvironment("deploy"), "AWS_DEPLOY_ROLE_ARN of each environment"],
    ] as const) {
      new TerraformOutput(this, name, { value, description });
    }
  }

  private allow(name: string, role: IamRole, policies: readonly string[]): void {
    for (const [index, document] of policies.entries()) {
      const policy = new IamPolicy(this, `aws_iam_policy.${name}[${index}]`, {
        name: `plue-github-${name.replace("_", "-")}-${index + 1}`,
        policy: document,
      });
      new IamRolePolicyAttachment(this, `aws_iam_role_policy_attachment.${name}[${index}]`, {
        role: role.name,
        policyArn: policy.arn,
      });
    }
  }

  private configureTerraform(region: string, accountId: string | undefined): void {
    const { bucket, lockTable, region: stateRegion, lockFile } = stateBackend;
    new S3Backend(this, {
      bucket,
      key: "plue/github/terraform.tfstate",
      region: stateRegion,
      dynamodbTable: lockTable,
      encrypt: true,
      ...(lockFile && { useLockfile: true }),
    });
    this.addOverride("terraform.required_providers", {
      aws: { version: providerVersions.aws() },
    });
    new AwsProvider(this, "aws", {
      region,
      allowedAccountIds: accountId ? [accountId] : undefined,
      defaultTags: [{ tags: { Project: "plue", ManagedBy: "terraform" } }],
    });
  }
}
