/** A statement of an IAM policy document, with IAM's field names. */
export interface PolicyStatement {
  /** Name of the statement within its document. */
  readonly Sid?: string;
  /** @default Allow */
  readonly Effect?: "Allow" | "Deny";
  /** Principals of a resource policy. */
  readonly Principal?: "*" | Readonly<Record<string, string>>;
  /** Actions that are allowed or denied. */
  readonly Action: string | readonly string[];
  /** ARNs. */
  readonly Resource?: string | readonly string[];
  /** Operators, keys and values. */
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** A policy document with these statements, as JSON. */
export function policyDocument(...statements: readonly PolicyStatement[]): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: statements.map((statement) => ({ Effect: "Allow", ...statement })),
  });
}

/**
 * Trust policy that lets an AWS service assume a role, for this account only: without the condition,
 * resources of another account could make the service use the role (the confused deputy problem).
 */
export function trustService(service: string, accountId: string): string {
  return policyDocument({
    Action: "sts:AssumeRole",
    Principal: { Service: service },
    Condition: { StringEquals: { "aws:SourceAccount": accountId } },
  });
}
