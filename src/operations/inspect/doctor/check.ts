import type { TaskDefinition } from "@aws-sdk/client-ecs";
import type { Component } from "../../../names";

/** Task definitions of an environment, by component. */
export type Definitions = ReadonlyMap<Component, TaskDefinition>;

/** Result of a check. */
export interface Check {
  /** Subject of the check, such as `images`. @default none */
  readonly group?: string;
  /** The condition that was checked. */
  readonly check: string;
  /** `unknown` if AWS denies access or has no answer, and for tasks on an embedded AWS. */
  readonly result: "ok" | "failed" | "unknown";
  /** The state that was found. */
  readonly saw: string;
  /** Advice. @default nothing to do */
  readonly fix?: string;
}

/** A check that succeeded. */
export const ok = (check: string, saw: string): Check => ({ check, result: "ok", saw });

/** A check that failed. */
export const failed = (check: string, saw: string, fix: string): Check => ({
  check,
  result: "failed",
  saw,
  fix,
});

/** A check that was not possible. */
export const unknown = (check: string, saw: string, fix?: string): Check => ({
  check,
  result: "unknown",
  saw,
  ...(fix !== undefined && { fix }),
});
