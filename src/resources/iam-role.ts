import { aws } from "../aws/services";
import { ask, search, existing } from "./ask";
import { after, free, partBy, partOfType, settingOf, resourceKind } from "./kind";

/** A role. */
export const iamRole = resourceKind({
  type: "aws_iam_role",
  words: "IAM role",
  drawing: partOfType(/^(?!aws_iam_)/),
  cost: free.always,
  existing: search(aws.iam, async (iam, { name }) =>
    existing(name, (await iam.getRole({ RoleName: name })).Role?.Tags),
  ),
  remaining: {
    "iam:role/": ask(aws.iam, (iam, RoleName) => iam.getRole({ RoleName })),
  },
  permissions: {
    names: { "iam:role": (p) => after("role/", p.RoleName) },
    tagging: "iam:TagRole",
    also: {
      // For the roles that are older than the setting.
      "iam:CreateRole": ({ RoleName }) => [
        { action: "iam:PutRolePermissionsBoundary", on: after("iam:role/", RoleName) },
      ],
    },
  },
});

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
