import { free, resourceKind } from "./kind";

/** A managed policy; only the stack `github` has some, which no command destroys. */
export const iamPolicy = resourceKind({
  type: "aws_iam_policy",
  words: "managed IAM policy",
  cost: free.always,
  existing: "no command applies the stack that has it",
  remaining: "no command destroys the stack that has it",
});

/** The trust in GitHub's tokens; only the stack `github` has one, which no command destroys. */
export const iamOpenidConnectProvider = resourceKind({
  ...iamPolicy,
  type: "aws_iam_openid_connect_provider",
  words: "OpenID Connect provider",
});
