import { readFileSync } from "node:fs";

/** A call that an embedded AWS has recorded. */
export interface Call {
  /** The caller, by the User-Agent header. */
  readonly caller: "terraform" | "plue" | "other";
  /** botocore's name of the service. */
  readonly service: string;
  /** The API's name of the operation. */
  readonly operation: string;
  readonly parameters: Record<string, unknown>;
}

/** Reads what an embedded AWS has recorded, from a byte of the file on. */
export function readCalls(file: string, from = 0): Call[] {
  return readFileSync(file)
    .subarray(from)
    .toString()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Call);
}

/** All strings in a value, however deep. */
export function strings(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(strings);
}

/** A call without the ids that AWS gives, texts that name nothing, and differences between repeated calls. */
export function simplified(call: Call): Call {
  const plain = (value: unknown): unknown => {
    if (typeof value === "string") return /[\s{]/.test(value) ? undefined : withoutIds(value);
    if (Array.isArray(value)) {
      const items = value.map(plain).filter((item) => item !== undefined);
      return [...new Map(items.map((item) => [JSON.stringify(item), item]))].sort(byText).map(last);
    }
    if (typeof value !== "object" || value === null) return undefined;
    const entries = Object.entries(value).map(([key, item]) => [key, plain(item)] as const);
    return Object.fromEntries(entries.filter(([, item]) => item !== undefined).sort(byText));
  };
  return { ...call, parameters: plain(call.parameters) as Call["parameters"] };
}

const byText = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) =>
  a < b ? -1 : 1;
const last = <T>([, item]: readonly [string, T]): T => item;

const withoutIds = (text: string) =>
  text
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, ID)
    .replace(/\b([a-z]+)-[0-9a-f]{8,17}\b/g, "$1-00000000")
    .replace(/\b[0-9a-f]{16}\b/g, "0000000000000000")
    .replace(/\b([0-9a-f]{32}|[0-9a-f]{64}|\d{8}T\d{6}Z|\d{17,}[0-9a-f]*)\b/g, "0")
    .replace(/\b(db-)[A-Z0-9]{26}\b/g, "$10")
    .replace(/(:secret:.*-)\w{6}$|(:scalable-target\/).*$/, "$1$20");

const ID = "00000000-0000-0000-0000-000000000000";
