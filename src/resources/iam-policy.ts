import { free, type ResourceKind } from "./kind";

/** A managed policy; only the stack `github` has some, which no command destroys. */
export const iamPolicy: ResourceKind = {
  type: "aws_iam_policy",
  words: "managed IAM policy",
  drawing: { as: "part" },
  cost: free.always,
  existing: "no command applies the stack that has it",
  remaining: "no command destroys the stack that has it",
  loses: "none",
  permissions: {},
};

/** The trust in GitHub's tokens; only the stack `github` has one, which no command destroys. */
export const iamOpenidConnectProvider: ResourceKind = {
  ...iamPolicy,
  type: "aws_iam_openid_connect_provider",
  words: "OpenID Connect provider",
};
