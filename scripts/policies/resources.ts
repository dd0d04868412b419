import { embeddedAccountId } from "../../src/embedded-aws/environment";
import { kinds } from "../../src/resources";
import {
  after,
  strings as list,
  type Parameters,
  type Permissions,
} from "../../src/resources/kind";
import { strings } from "./calls";
import { isLeftOut } from "./left-out";
import { generalized } from "./policy";
import { reference, typesOf } from "./reference";

/** Region of the embedded AWS, which is in the ARNs of needs. */
export const region = "us-east-1";

/** How calls name objects that no stack has: those of the state. */
const ofTheState: NonNullable<Permissions["names"]> = {
  "dynamodb:table": (p) => after("table/", p.TableName),
};

const permissions = [...kinds.values()].map((kind) => kind.permissions);

const named = new Map(
  [ofTheState, ...permissions.map(({ names }) => names ?? {})].flatMap((names) =>
    Object.entries(names),
  ),
);

/** The pattern of the ids that AWS gives to objects of the type of a need. */
export function idOf({ action, type }: { action: string; type?: string }): RegExp | undefined {
  const names = named.get(`${action.split(":")[0]!}:${type}`);
  return names instanceof RegExp ? names : undefined;
}

/** The type of what an action creates, for actions that the reference lists without it or with several. */
const created = new Map(permissions.flatMap(({ creates }) => Object.entries(creates ?? {})));

/** An object of a call. */
export interface Target {
  /** Its ARN, with `*` for an id that AWS gives; `*` alone for an action that names no object. */
  readonly arn: string;
  /** The reference's type, without the service; none for `*`. */
  readonly type?: string;
  /** The condition key of tags that AWS offers for it. @default none */
  readonly tags?: "ResourceTag" | "RequestTag";
}

/**
 * The objects that AWS checks an action against, by the service authorization reference.
 * @param only of these types
 * @param exist whether objects that the call does not name exist, with the tags of the environment
 */
export function targetsOf(
  action: string,
  parameters: Parameters,
  { only, exist = false }: { only?: readonly string[]; exist?: boolean } = {},
): Target[] {
  const [service = ""] = action.split(":");
  const given = strings(parameters).filter((text) => text.startsWith("arn:"));
  const targets: Target[] = [];
  for (const [type, traits] of typesOf(action)) {
    if (type === "" || (only && !only.includes(type))) continue;
    const template = reference.arns[`${service}:${type}`]!;
    const start = template.replace("${Partition}", "aws").replace("${Region}", region);
    const prefix = start.replace("${Account}", embeddedAccountId).split(":").slice(0, 5).join(":");
    const end = template.split(":").slice(5).join(":");
    const anyOfThem = `${prefix}:${end.replace(/\$\{[^}]+\}/g, "*")}`;
    const shape = patternOf(template);
    const arns = given.filter((arn) => shape.test(arn));
    const names = named.get(`${service}:${type}`);
    if (arns.length === 0 && typeof names === "function") {
      const ends = list(names(parameters));
      arns.push(...ends.map((name) => (name.startsWith("arn:") ? name : `${prefix}:${name}`)));
    }
    const isNamed = names instanceof RegExp && strings(parameters).some((id) => names.test(id));
    const isCreated = creates(action, type, parameters);
    const isKnown = arns.length > 0 || isNamed || isCreated || only?.length === 1;
    const isRequired = traits.includes("required") && !isLeftOut(action, `${service}:${type}`);
    if (arns.length === 0 && (isKnown || isRequired)) arns.push(anyOfThem);
    // Most actions are checked with `:*` behind the name of a log group, those for tags without it.
    if (type === "log-group") arns.push(...arns.map((arn) => `${arn.replace(/:\*$/, "")}:*`));
    const isNew = traits.includes("RequestTag") && isTagged(parameters);
    for (const arn of new Set(arns)) {
      // A name limits more than a tag.
      const isAnonymous = (isKnown || exist) && generalized(arn) === generalized(anyOfThem);
      const tags =
        isNew && (isCreated || !traits.includes("ResourceTag"))
          ? "RequestTag"
          : traits.includes("ResourceTag")
            ? "ResourceTag"
            : undefined;
      targets.push({ arn, type, ...(isAnonymous && tags && { tags }) });
    }
  }
  if (targets.length > 0) return targets;
  const untyped = reference.actions[action]?.types[""] ?? [];
  const tags = untyped.includes("RequestTag") && isTagged(parameters) ? "RequestTag" : undefined;
  return [{ arn: "*", ...(tags && { tags }) }];
}

/** Tests whether a call creates an object of a type. */
function creates(action: string, type: string, parameters: Parameters): boolean {
  const specifications = (parameters.TagSpecifications ?? []) as { ResourceType?: string }[];
  return (
    created.get(action) === type ||
    // EC2 states the types of what it creates where it states their tags.
    specifications.some(({ ResourceType }) => ResourceType === type)
  );
}

/** The types of what an action creates: it requires them, if it requires any. */
export function createdBy(action: string): string[] {
  const type = created.get(action);
  if (type !== undefined) return [type];
  const types = typesOf(action);
  const required = types.filter(([, traits]) => traits.includes("required"));
  return (required.length > 0 ? required : types).map(([name]) => name);
}

/** Tests whether a call gives tags. */
export function isTagged({ Tags, tags, TagSpecifications, ...p }: Parameters): boolean {
  return [Tags, tags, TagSpecifications, p.TagList, p.BackupVaultTags, p.BackupPlanTags].some(
    (given) => given !== undefined && Object.keys(given as object).length > 0,
  );
}

/** The pattern of a type's ARNs; the last name may hold slashes and colons. */
function patternOf(template: string): RegExp {
  const parts = template.split(/\$\{[^}]+\}/);
  const escaped = parts.map((part) => part.replace(/[.*+?^$()|[\]\\]/g, "\\$&"));
  const end = escaped.pop()!;
  const name = parts.length > 4 ? ".+" : "[^/:]*";
  return new RegExp(`^${escaped.join("[^/:]*")}${name}${end}$`);
}
