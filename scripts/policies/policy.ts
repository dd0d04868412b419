import { list, type OneOrMore, type Statement as AnyStatement } from "../../src/iam";
import { decide, matches } from "./decide";
import { environments } from "../../src/environments";
import { ofEnvironment } from "../../src/stack/github-policies";
import { possiblyUntagged, reasonFor } from "./left-out";
import type { Need } from "./needs";
import { typesOf } from "./reference";

/** One statement of an IAM policy that only allows. */
export interface Statement extends AnyStatement {
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Condition;
}

type Condition = Readonly<Record<string, Readonly<Record<string, OneOrMore>>>>;

/** An IAM policy that only allows. */
export interface Policy {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Statement[];
}

/** The environments, and `full`, the one of the tests that has all options. */
const environment = `(?:${[...environments.map(({ name }) => name), "full"].join("|")})`;

/**
 * The pattern for an object of any environment, in any region and account: what the stacks' names
 * begin with stays, what AWS or an environment chose goes.
 */
export function generalized(resource: string): string {
  if (resource === "*") return resource;
  const [arn, partition, service, region, account, ...rest] = resource.split(":");
  const end = rest
    .join(":")
    // local-plue-db, and what AWS puts behind a name
    .replace(new RegExp(`(^|[/:])${environment}-plue-[^/:*]+`, "g"), "$1*-plue-*")
    .replace(/(\*-plue-\*)(?!\/\*-plue)[/:*].*$/, "$1")
    // local-vpc-flow-log-role, local_plue-*, aws-waf-logs-local-plue
    .replace(new RegExp(`(^|[/:]|aws-waf-logs-)${environment}([-_])`, "g"), "$1*$2")
    // /ecs/local/plue-api-server, /aws/vpc/local
    .replace(new RegExp(`/${environment}(/|:|$)`, "g"), "/*$1")
    // a log stream ends in a task's id
    .replace(/:log-stream:.*$/, ":*")
    // all image tags, all services' logs
    .replace(/(\/\*\/(?:plue-|image-tags\/))[^/]+$/, "$1*")
    // an id that AWS gives, and all behind it
    .replace(/(^db:db-|[0-9a-f]{8}-[0-9a-f]{4}-|(?<=\/)[a-z]+-[0-9a-f]{8,17}\b).*/, (found) =>
      found.startsWith("db:") ? "db:*" : "*",
    )
    .replace(/^(scalable-target\/|auto-backup:).*/, "$1*");
  const wherever = (part: string | undefined) => (part ? "*" : "");
  // A policy that AWS manages is in no account.
  const owner = account === "aws" ? "aws" : wherever(account);
  return [arn, partition, service, wherever(region), owner, end].join(":");
}

/** Condition keys that are not compared with StringEquals, and the pattern for their values. */
const operators: Readonly<
  Record<string, readonly [operator: string, pattern: (value: string) => string]>
> = {
  "aws:RequestTag/Environment": ["StringLike", () => "*"],
  "aws:ResourceTag/Environment": ["StringLike", () => "*"],
  "ecs:cluster": ["ArnLike", generalized],
  "iam:PermissionsBoundary": ["StringLike", generalizedBoundary],
  "kms:GrantIsForAWSResource": ["Bool", (value) => value],
  "kms:ViaService": ["StringLike", (value) => value.replace(/\.[a-z]{2}-[a-z-]+-\d\./, ".*.")],
};

function generalizedBoundary(arn: string): string {
  return generalized(arn).replace(/\*$/, "boundary");
}

/** Tests whether AWS tells the service that creates the object which tags it from one that exists. */
const isCreation = (context: object) =>
  Object.keys(context).some((key) => key.endsWith(":CreateAction"));

function conditionOf({ type, action, context = {} }: Need): Condition {
  const condition: Record<string, Record<string, OneOrMore>> = {};
  for (const [key, value] of Object.entries(context)) {
    const [operator, pattern] = operators[key] ?? ["StringEquals", (one: string) => one];
    const object = `${action.split(":")[0]!}:${type}`;
    const ifExists =
      key.startsWith("aws:ResourceTag/") && reasonFor(possiblyUntagged, action, object);
    const tests = (condition[ifExists ? `${operator}IfExists` : operator] ??= {});
    // A truth value is never a list.
    tests[key] = operator === "Bool" ? value : [pattern(value)];
  }
  const traits = typesOf(action).find(([name]) => name === type)?.[1] ?? [];
  // Or a call could give its tag to an object of another environment.
  if (
    "aws:RequestTag/Environment" in context &&
    traits.includes("ResourceTag") &&
    !isCreation(context)
  ) {
    condition.StringLikeIfExists = { "aws:ResourceTag/Environment": ["*"] };
  }
  return condition;
}

/** Condition keys whose values need no statement of their own: they differ only where the objects differ too. */
const joined = /^(\w+:CreateAction|iam:AWSServiceName|iam:PolicyARN)$/;

/** The policy that allows only what is needed, as far as names and tags of the objects show. */
export function policyFor(needs: readonly Need[]): Policy {
  const isUnlimited = (need: Need) => need.resource === "*" && need.context === undefined;
  const unlimited = new Set(needs.filter(isUnlimited).map(({ action }) => action));
  const limited = needs.filter((need) => isUnlimited(need) || !unlimited.has(need.action));
  let statements: Statement[] = limited.map((need) => ({
    Effect: "Allow",
    Action: [need.action],
    Resource: [generalized(need.resource)],
    Condition: conditionOf(need),
  }));
  const merge = (same: (statement: Statement) => unknown) => {
    const found = new Map<string, Statement>();
    for (const one of statements) {
      const key = JSON.stringify(same(one));
      const known = found.get(key);
      found.set(key, known === undefined ? one : union(known, one));
    }
    statements = [...found.values()];
  };
  const keys = (condition: Condition = {}, withValues: (key: string) => boolean) =>
    Object.entries(condition).map(([operator, tests]) => [
      operator,
      Object.entries(tests).map(([key, values]) => [key, withValues(key) && values]),
    ]);
  // First the objects of each action, then the actions on the same objects, then conditions on the same.
  merge(({ Action, Condition }) => [Action, keys(Condition, (key) => !joined.test(key))]);
  statements = statements.map((one) => ({ ...one, Resource: widest(one.Resource) }));
  merge(({ Resource, Condition }) => [Resource, Condition]);
  merge(({ Action, Resource, Condition }) => [Action, Resource, keys(Condition, () => false)]);
  return {
    Version: "2012-10-17",
    Statement: statements
      .map(({ Condition = {}, ...one }) =>
        Object.keys(Condition).length > 0 ? { ...one, Condition } : one,
      )
      .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
  };
}

/** A statement that allows what either of two allows. */
function union(a: Statement, b: Statement): Statement {
  const both = (one: readonly string[], other: readonly string[]) =>
    [...new Set([...one, ...other])].sort();
  return {
    Effect: "Allow",
    Action: both(a.Action, b.Action),
    Resource: both(a.Resource, b.Resource),
    Condition: Object.fromEntries(
      Object.entries(a.Condition ?? {}).map(([operator, tests]) => [
        operator,
        Object.fromEntries(
          Object.entries(tests).map(([key, values]) => [
            key,
            typeof values === "string"
              ? values
              : both(values, list(b.Condition?.[operator]?.[key])),
          ]),
        ),
      ]),
    ),
  };
}

/** Patterns without those that another one covers, whatever the environment. */
function widest(patterns: readonly string[]): string[] {
  const own = (pattern: string) => ofEnvironment(pattern, "env");
  return patterns
    .filter((one) => !patterns.some((other) => other !== one && matches(own(other), own(one))))
    .sort();
}

/** Tests whether policies allow what is needed. */
export function allows(policies: readonly Policy[], need: Need): boolean {
  return decide(policies, need) === "allowed";
}
