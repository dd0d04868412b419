import type { TaskDefinition } from "@aws-sdk/client-ecs";
import type { Component } from "../../../names";

/** The task definitions that a deployment has made, by component. */
export type Definitions = ReadonlyMap<Component, TaskDefinition>;

/** What a check found. */
export interface Check {
  /** What the check belongs to, such as `images`. @default none */
  readonly group?: string;
  /** What was checked. */
  readonly check: string;
  /** `unknown` where AWS does not let us see or has no answer, and for tasks on an embedded AWS. */
  readonly result: "ok" | "failed" | "unknown";
  /** What it saw. */
  readonly saw: string;
  /** What to do. @default nothing */
  readonly fix?: string;
}

/** A check that found what it should. */
export const ok = (check: string, saw: string): Check => ({ check, result: "ok", saw });

/** A check that found something wrong. */
export const failed = (check: string, saw: string, fix: string): Check => ({
  check,
  result: "failed",
  saw,
  fix,
});

/** A check that could not be made. */
export const unknown = (check: string, saw: string, fix?: string): Check => ({
  check,
  result: "unknown",
  saw,
  ...(fix !== undefined && { fix }),
});
