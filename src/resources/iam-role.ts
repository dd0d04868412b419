import { client } from "../aws/client";
import {
  after,
  existing,
  found,
  free,
  partBy,
  partOfType,
  settingOf,
  type ResourceKind,
} from "./kind";

/** A role. */
export const iamRole: ResourceKind = {
  type: "aws_iam_role",
  words: "IAM role",
  drawing: partOfType(/^(?!aws_iam_)/),
  cost: free.always,
  existing: async ({ name }, to) => {
    const { GetRoleCommand, IAMClient } = await import("@aws-sdk/client-iam");
    const { Role } = await client(IAMClient, to).send(new GetRoleCommand({ RoleName: name }));
    return existing(name, Role?.Tags);
  },
  remaining: {
    "iam:role/": async (to, RoleName) => {
      const { GetRoleCommand, IAMClient } = await import("@aws-sdk/client-iam");
      await client(IAMClient, to).send(new GetRoleCommand({ RoleName }));
      return found;
    },
  },
  loses: "none",
  permissions: { names: { "iam:role": (p) => after("role/", p.RoleName) }, tagging: "iam:TagRole" },
};

/** A policy of a role. */
export const iamRolePolicy = settingOf("aws_iam_role", {
  type: "aws_iam_role_policy",
  words: "IAM policy",
  drawing: partBy("role"),
  cost: free.always,
});

/** A managed policy that a role has. */
export const iamRolePolicyAttachment = settingOf("aws_iam_role", {
  type: "aws_iam_role_policy_attachment",
  words: "IAM policy attachment",
  drawing: partBy("role"),
  cost: free.always,
});
