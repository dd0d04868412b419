import { decide, matches, type Statement as AnyStatement } from "../../src/iam";
import type { Need } from "./needs";

/** One statement of an IAM policy that only allows. */
export interface Statement extends AnyStatement {
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: { readonly StringEquals: Readonly<Record<string, readonly string[]>> };
}

/** An IAM policy that only allows. */
export interface Policy {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Statement[];
}

/**
 * The pattern for an object of any environment, in any region and account: what the stacks' names
 * begin with stays, what AWS or an environment chose goes.
 */
export function generalized(resource: string, environments: readonly string[]): string {
  if (resource === "*") return resource;
  const [arn, partition, service, region, account, ...rest] = resource.split(":");
  const environment = `(?:${environments.join("|")})`;
  const end = rest
    .join(":")
    // local-plue-db, and what AWS puts behind a name
    .replace(new RegExp(`(^|[/:])${environment}-plue-[^/:*]+`, "g"), "$1*-plue-*")
    .replace(/(\*-plue-\*)(?!\/\*-plue)[/:*].*$/, "$1")
    // a log stream ends in a task's id
    .replace(/:log-stream:.*$/, ":log-stream:*")
    // local-vpc-flow-log-role, local_plue-*, aws-waf-logs-local-plue
    .replace(new RegExp(`(^|[/:]|aws-waf-logs-)${environment}([-_])`, "g"), "$1*$2")
    // an id behind the name of a web ACL or a plan of restore tests
    .replace(/(\*-plue\/|\*_plue-)[0-9a-f-]{36}$/, "$1*")
    // /ecs/local/plue-api-server, /aws/vpc/local
    .replace(new RegExp(`/${environment}(/|$)`, "g"), "/*$1")
    // all image tags, all services' logs
    .replace(/(\/\*\/(?:plue-|image-tags\/))[^/]+$/, "$1*")
    .replace(/^(scalable-target|db:db-[A-Z0-9]{26})\b.*/, (found) =>
      found.startsWith("db") ? "db:*" : "scalable-target/*",
    )
    .replace(/^auto-backup:.*/, "auto-backup:*");
  const wherever = (part: string | undefined) => (part ? "*" : "");
  // A policy that AWS manages is in no account.
  const owner = account === "aws" ? "aws" : wherever(account);
  return [arn, partition, service, wherever(region), owner, end].join(":");
}

/** The policy that allows only what is needed, as far as the objects' names show. */
export function policyFor(needs: readonly Need[], environments: readonly string[]): Policy {
  const found = new Map<string, { patterns: Set<string>; condition: Condition }>();
  for (const { action, resource, context } of needs) {
    // A tag may be put on with any creation; a role is passed to one service.
    const [kind, value] = Object.entries(context ?? {})[0] ?? [];
    const key = kind === "ec2:CreateAction" ? action : `${action} ${value ?? ""}`;
    const entry = found.get(key) ?? { patterns: new Set(), condition: {} };
    entry.patterns.add(generalized(resource, environments));
    if (kind !== undefined && value !== undefined) (entry.condition[kind] ??= new Set()).add(value);
    found.set(key, entry);
  }
  const statements = new Map<string, Statement>();
  for (const [key, { patterns, condition }] of [...found].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [action = ""] = key.split(" ");
    const Resource = widest([...patterns]);
    const StringEquals = Object.fromEntries(
      Object.entries(condition).map(([kind, values]) => [kind, [...values].sort()]),
    );
    const group = JSON.stringify([Resource, StringEquals]);
    statements.set(group, {
      Effect: "Allow",
      Action: [...(statements.get(group)?.Action ?? []), action],
      Resource,
      ...(Object.keys(StringEquals).length > 0 && { Condition: { StringEquals } }),
    });
  }
  return { Version: "2012-10-17", Statement: [...statements.values()] };
}

type Condition = Record<string, Set<string>>;

/** Patterns without those that another one covers. */
function widest(patterns: readonly string[]): string[] {
  return patterns
    .filter((one) => !patterns.some((other) => other !== one && matches(other, one)))
    .sort();
}

/** Tests whether policies allow what is needed. */
export function allows(policies: readonly Policy[], need: Need): boolean {
  return decide(policies, need) === "allowed";
}
