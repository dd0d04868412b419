import { retryWhile } from "./retry";
import type { AwsError } from "./errors";

/** The result for one property of an object that the state needs. */
export interface Finding {
  /** For example `bucket plue-terraform-state`. */
  readonly object: string;
  /** For example `versioned`. */
  readonly property: string;
  /** `missing` and `wrong` only where nothing may be changed. */
  readonly result: "ok" | "made" | "repaired" | "missing" | "wrong";
}

/** A property that can be looked at and put right. */
export interface Property {
  /** For example `versioned`. */
  readonly property: string;
  /** Tests whether it is as it should be. */
  readonly isRight: () => Promise<boolean>;
  /** Makes it so. */
  readonly repair: () => Promise<unknown>;
}

/**
 * Looks at properties one by one and repairs those that are not right.
 * @param fresh whether the object has just been made, so that nothing counts as a repair
 * @param check only look
 */
export async function settle(
  object: string,
  properties: readonly Property[],
  { fresh, check }: { readonly fresh: boolean; readonly check: boolean },
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { property, isRight, repair } of properties) {
    const right = await retryWhile(isPassing, isRight);
    if (!right && !check) await retryWhile(isPassing, repair);
    const result = right ? "ok" : check ? "wrong" : fresh ? "made" : "repaired";
    findings.push({ object, property, result });
  }
  return findings;
}

/** A bucket that was just made is not known everywhere, or still busy with the setting before. */
function isPassing({ name }: AwsError): boolean {
  return name === "NoSuchBucket" || name === "OperationAborted";
}
