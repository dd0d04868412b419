import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  IAMClient,
} from "@aws-sdk/client-iam";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { trustService } from "../../src/constructs/iam";
import { embeddedAccountId } from "../../src/embedded-aws/environment";
import { names } from "../../src/names";
import {
  deployPolicies,
  imagesPolicy,
  permissionsBoundary,
  planPolicies,
} from "../../src/stack/github-policies";
import type { EmbeddedAws } from "./embedded-aws";

/** A role of the stack `github`. */
export interface CiRole {
  readonly kind: "deploy" | "images" | "plan";
  readonly environment: string;
  /** The environment has options. @default false */
  readonly options?: boolean;
}

/** Creates a role as the stack `github` does, and returns environment variables with its credentials. */
export async function assume(
  client: EmbeddedAws["client"],
  { kind, environment, options }: CiRole,
): Promise<Record<string, string>> {
  const iam = new IAMClient(client);
  const create = (PolicyName: string, PolicyDocument: string) =>
    iam.send(new CreatePolicyCommand({ PolicyName, PolicyDocument }));
  const RoleName = kind === "images" ? "plue-github-images" : `plue-github-${kind}-${environment}`;
  const AssumeRolePolicyDocument = trustService("ecs-tasks.amazonaws.com", embeddedAccountId);
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  const policies = {
    deploy: deployPolicies,
    images: () => [imagesPolicy(embeddedAccountId, [environment])],
    plan: planPolicies,
  };
  const documents = policies[kind](environment, options);
  for (const [index, document] of documents.entries()) {
    const { Policy } = await create(`${RoleName}-${index + 1}`, document);
    await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: Policy!.Arn }));
  }
  if (kind === "deploy") {
    await create(names.permissionsBoundary(environment), permissionsBoundary(environment));
  }
  const { Credentials } = await new STSClient(client).send(
    new AssumeRoleCommand({ RoleArn: Role!.Arn, RoleSessionName: "ci" }),
  );
  return {
    AWS_ACCESS_KEY_ID: Credentials!.AccessKeyId!,
    AWS_SECRET_ACCESS_KEY: Credentials!.SecretAccessKey!,
    AWS_SESSION_TOKEN: Credentials!.SessionToken!,
  };
}
