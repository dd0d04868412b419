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
