import { IAM, type ContextEntry } from "@aws-sdk/client-iam";
import { client, type AwsTarget } from "./client";
import { isDenied, isNotServed, type AwsError } from "./errors";

/** Something that a role must be allowed to do. */
export interface Permission {
  readonly action: string;
  /** ARN. */
  readonly resource: string;
  /** Conditions under which the role does it. @default none */
  readonly context?: readonly ContextEntry[];
}

/**
 * The result of IAM's simulator: its own word, `allowed` or a kind of denial; `no such role`; or
 * `unknown` where it does not answer.
 */
export async function simulate(
  target: AwsTarget,
  role: string | undefined,
  { action, resource, context = [] }: Permission,
): Promise<string> {
  try {
    const { EvaluationResults = [] } = await client(IAM, target).simulatePrincipalPolicy({
      PolicySourceArn: role,
      ActionNames: [action],
      ResourceArns: [resource],
      ContextEntries: [...context],
    });
    return EvaluationResults[0]?.EvalDecision ?? "unknown";
  } catch (error) {
    if (/^NoSuchEntity/.test((error as AwsError).name)) return "no such role";
    if (isDenied(error) || isNotServed(error)) return "unknown";
    throw error;
  }
}
