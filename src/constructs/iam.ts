/** A statement of an IAM policy document, with IAM's field names. */
export interface PolicyStatement {
  /** Name of the statement within its document. */
  readonly Sid?: string;
  /** @default Allow */
  readonly Effect?: "Allow" | "Deny";
  /** Principals of a resource policy. */
  readonly Principal?: "*" | Readonly<Record<string, string | readonly string[]>>;
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
 * Services whose trust policy AWS documents with the condition `aws:SourceAccount`, and the page. Others may not send
 * the account, and could then not assume the role.
 */
const sendsAccount: Readonly<Record<string, string>> = {
  "ecs-tasks.amazonaws.com":
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html",
  "monitoring.rds.amazonaws.com":
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Monitoring.OS.Enabling.html",
  "vpc-flow-logs.amazonaws.com":
    "https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html",
};

/**
 * Trust policy that lets an AWS service assume a role; where AWS documents it, for this account only: without the
 * condition, resources of another account could make the service use the role (the confused deputy problem).
 */
export function trustService(service: string, accountId: string): string {
  return policyDocument({
    Action: "sts:AssumeRole",
    Principal: { Service: service },
    ...(service in sendsAccount && {
      Condition: { StringEquals: { "aws:SourceAccount": accountId } },
    }),
  });
}
