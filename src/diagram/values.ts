import type { Change } from "../terraform/plan";
import { compare } from "../terraform/stack";

/** How one attribute, or one value within it, changes. */
export interface ValueChange {
  /** Such as `ingress[0].cidr_blocks`. */
  readonly path: string;
  /** Undefined where there was none. */
  readonly before?: Shown;
  /** Undefined where there will be none. */
  readonly after?: Shown;
}

/** A value as it may be shown. */
export type Shown =
  | { readonly kind: "value"; readonly text: string }
  | { readonly kind: "sensitive" }
  | { readonly kind: "unknown" };

/** One side of a change, as Terraform describes it. */
interface Side {
  readonly value: unknown;
  /** `true` where all of it is sensitive or unknown; otherwise of the value's own shape. */
  readonly sensitive: unknown;
  readonly unknown: unknown;
}

/**
 * Every value that differs: first those that the plan knows, then those known only after the apply,
 * both in the order of paths. Secrets are never among the texts.
 */
export function valueChanges(change: Change): ValueChange[] {
  const before: Side = {
    value: change.before,
    sensitive: change.before_sensitive,
    unknown: undefined,
  };
  const after: Side = {
    value: change.after,
    sensitive: change.after_sensitive,
    unknown: change.after_unknown,
  };
  // A document that becomes unknown as a whole is shown as a whole.
  const unknown = (found: ReadonlyMap<string, Leaf>) =>
    new Set([...found].filter(([, { shown }]) => shown.kind === "unknown").map(([path]) => path));
  const young = leaves(after);
  const old = leaves(before, unknown(young));
  return [...new Set([...old.keys(), ...young.keys()])]
    .filter((path) => {
      const [a, b] = [old.get(path), young.get(path)];
      return a?.raw !== b?.raw || a?.shown.kind !== b?.shown.kind;
    })
    .map((path) => ({ path, before: old.get(path)?.shown, after: young.get(path)?.shown }))
    .sort((a, b) => Number(isUnknown(a)) - Number(isUnknown(b)) || compare(a.path, b.path));
}

const isUnknown = ({ after }: ValueChange) => after?.kind === "unknown";

/** Every text that a change calls sensitive, to look for where nothing calls it so. */
export function secretsOf(change: Change): string[] {
  const texts = (value: unknown): string[] => {
    if (typeof value === "string") return [value];
    return isNested(value) ? Object.values(value).flatMap(texts) : [];
  };
  const marked = (value: unknown, marks: unknown): string[] => {
    if (marks === true) return texts(value);
    if (!isNested(value) || !isNested(marks)) return [];
    return Object.entries(value).flatMap(([key, one]) => marked(one, at(marks, key)));
  };
  return [
    ...marked(change.before, change.before_sensitive),
    ...marked(change.after, change.after_sensitive),
  ];
}

interface Leaf {
  readonly shown: Shown;
  /** To compare with; of a secret, its value too. */
  readonly raw: string;
}

/** @param whole paths of documents that are not taken apart */
function leaves(
  side: Side,
  whole: ReadonlySet<string> = new Set(),
  path = "",
  found = new Map<string, Leaf>(),
): Map<string, Leaf> {
  const { value, sensitive, unknown } = side;
  if (unknown === true) {
    // A value that is also sensitive stays hidden after the apply.
    found.set(path, { shown: { kind: sensitive === true ? "sensitive" : "unknown" }, raw: "?" });
  } else if (sensitive === true) {
    if (value !== null && value !== undefined) {
      found.set(path, { shown: { kind: "sensitive" }, raw: JSON.stringify(value) });
    }
  } else if (isNested(value) || isNested(unknown)) {
    const keys = new Set([value, unknown].filter(isNested).flatMap((one) => Object.keys(one)));
    for (const key of keys) {
      const inner: Side = {
        value: at(value, key),
        sensitive: at(sensitive, key),
        unknown: at(unknown, key),
      };
      leaves(inner, whole, join(path, key, Array.isArray(value) || Array.isArray(unknown)), found);
    }
  } else if (value !== null && value !== undefined && value !== "") {
    // The AWS provider reads an attribute that is not set as empty text.
    const document =
      typeof value === "string" && !whole.has(path) ? parseDocument(value) : undefined;
    if (document !== undefined) {
      leaves({ value: document, sensitive: undefined, unknown: undefined }, whole, path, found);
    } else {
      const text = typeof value === "string" ? value : JSON.stringify(value);
      found.set(path, { shown: { kind: "value", text }, raw: JSON.stringify(value) });
    }
  }
  return found;
}

const isNested = (value: unknown): value is object => typeof value === "object" && value !== null;

const at = (value: unknown, key: string): unknown =>
  isNested(value) ? (value as Record<string, unknown>)[key] : undefined;

function join(path: string, key: string, inList: boolean): string {
  if (inList) return `${path}[${key}]`;
  return path === "" ? key : `${path}.${key}`;
}

/** Policies and container definitions are JSON within a string. */
function parseDocument(text: string): object | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    const document: unknown = JSON.parse(text);
    return isNested(document) && Object.keys(document).length > 0 ? document : undefined;
  } catch {
    return undefined;
  }
}
