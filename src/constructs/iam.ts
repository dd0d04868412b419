/** A statement of an IAM policy document, in IAM's own terms. */
export interface PolicyStatement {
  /** Name of the statement within its document. */
  readonly Sid?: string;
  /** @default Allow */
  readonly Effect?: "Allow" | "Deny";
  /** Whom a resource policy speaks of. */
  readonly Principal?: "*" | Readonly<Record<string, string>>;
  /** What is allowed or denied. */
  readonly Action: string | readonly string[];
  /** ARNs. */
  readonly Resource?: string | readonly string[];
  /** Operators, keys and values. */
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** A policy document of these statements, as JSON. */
export function policyDocument(...statements: readonly PolicyStatement[]): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: statements.map((statement) => ({ Effect: "Allow", ...statement })),
  });
}

/**
 * Lets an AWS service take a role, on behalf of this account only: without the condition, another
 * account's resources could make the service act with it (the confused deputy).
 */
export function trustService(service: string, accountId: string): string {
  return policyDocument({
    Action: "sts:AssumeRole",
    Principal: { Service: service },
    Condition: { StringEquals: { "aws:SourceAccount": accountId } },
  });
}
