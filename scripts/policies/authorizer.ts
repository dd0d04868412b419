import { createInterface } from "node:readline";
import type { PolicyDocument } from "../../src/iam";
import { decide, type Request } from "./decide";
import { strings, type Call } from "./calls";
import { actionOf, needsOf, type Need } from "./needs";
import { reference } from "./reference";
import { idOf } from "./resources";

/** A question of the embedded AWS about a call with the credentials of a role. */
export interface Question {
  readonly call: Call;
  /** The policies of the role. */
  readonly policies: readonly PolicyDocument[];
  /** Tags of objects that the call names, by their ids. */
  readonly tags: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** The permissions boundary that the role has which the call changes. */
  readonly boundary: string | null;
}

/** The first need of a call that the policies of the caller's role do not allow, if there is one. */
export function missing(question: Question): Need | undefined {
  const { call, policies } = question;
  const action = actionOf(call);
  if (action === undefined) return undefined;
  // An action that is not in the reference is in no policy either.
  const needs = action in reference.actions ? needsOf(call) : [{ action, resource: "*" }];
  return needs.find((need) =>
    contextsOf(need, question).some(
      (context) => decide(policies, { ...need, context }) !== "allowed",
    ),
  );
}

/** The values of the condition keys that AWS knows: one set for each object that a need can be about. */
function contextsOf(
  need: Need,
  { call, policies, tags, boundary }: Question,
): Request["context"][] {
  const p = call.parameters;
  const context: Record<string, string | undefined> = { ...need.context };
  context["aws:RequestTag/Environment"] = tagIn(p);
  if ("iam:PermissionsBoundary" in context) {
    context["iam:PermissionsBoundary"] = (p.PermissionsBoundary as string) ?? boundary ?? undefined;
  }
  const item = (p.Key ?? p.Item) as { LockID?: { S: string } } | undefined;
  if (item?.LockID !== undefined) context["dynamodb:LeadingKeys"] = item.LockID.S;
  const known = (values: typeof context) =>
    Object.fromEntries(
      Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
  const existing = "aws:ResourceTag/Environment";
  if (!(existing in context)) return [known(context)];
  const pattern = idOf(need);
  const ids = Object.keys(tags).filter((id) => pattern?.test(id));
  // An object that the call does not name belongs to the environment.
  const values = ids.length > 0 ? ids.map((id) => tags[id]!.Environment) : [ownTag(policies)];
  return values.map((value) => known({ ...context, [existing]: value }));
}

/** The tag Environment in the parameters of a call, in the forms of all services. */
function tagIn(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { Key, key, TagKey, Environment, ...one } = value as Record<string, string | undefined>;
  if ((Key ?? key ?? TagKey) === "Environment") return one.Value ?? one.value ?? one.TagValue;
  if (typeof Environment === "string") return Environment;
  return Object.values(value)
    .map(tagIn)
    .find((found) => found !== undefined);
}

/** The tag that policies require of objects. */
const ownTag = (policies: readonly PolicyDocument[]): string | undefined =>
  policies
    .flatMap(({ Statement }) => Statement)
    .flatMap(({ Condition = {} }) => Object.values(Condition))
    .flatMap((tests) => strings(tests["aws:ResourceTag/Environment"]))[0];

if (require.main === module) {
  createInterface(process.stdin).on("line", (line) => {
    console.log(JSON.stringify(missing(JSON.parse(line) as Question) ?? null));
  });
}
