import { checkov } from "./checkov";
import type { Control, Explanation, OutsideControl, Source } from "./control";
import { ecsReview } from "./ecs-review";
import { fsbp } from "./fsbp";
import { wellArchitected } from "./well-architected";
import type { Stack } from "../terraform/stack";

/** Every list of controls. */
export const sources: readonly Source[] = [fsbp, ecsReview, wellArchitected, checkov];

/** Result of a control for a stack. */
export type Status = "passed" | "failed" | "not used" | "not for a template";

/** A control, with its result for a stack. */
export interface Finding {
  /** The control's id. */
  readonly id: string;
  /** Its demand, in a few words. */
  readonly title: string;
  /** The result; `not used` if the stack has no such resource. */
  readonly status: Status;
  /** Addresses of the resources that fail. */
  readonly failing: readonly string[];
  /** How many objects fail: instances of these resources. */
  readonly failures: number;
  /** Rating of a failure in a source with ratings. */
  readonly rating?: "AMBER" | "RED";
  /** Why it fails, or is not for a template. @default none */
  readonly explanation?: Explanation & { readonly reason: string };
}

/** Checks a stack by the controls of a source, in the order of their ids. */
export const findings = (source: Source, stack: Stack): readonly Finding[] =>
  source.controls
    .map((control) => finding(control, stack, source.isRated))
    .sort((a, b) => a.id.localeCompare(b.id, "en", { numeric: true }));

function finding(control: Control | OutsideControl, stack: Stack, isRated = false): Finding {
  const { id, title } = control;
  const none = { id, title, failing: [], failures: 0 };
  if ("outside" in control) {
    return { ...none, status: "not for a template", explanation: { reason: control.outside } };
  }
  const resources = stack.ofType(control.type);
  if (resources.length === 0) return { ...none, status: "not used" };
  const failing = resources.filter((one) => !control.passes(one.values, one, stack));
  if (failing.length === 0) return { ...none, status: "passed" };
  const { reason = "", settings, isOnlyForNew, price, isRed = () => false } = control;
  return {
    id,
    title,
    status: "failed",
    failing: failing.map(({ address }) => address),
    failures: failing.reduce((sum, { count }) => sum + count, 0),
    ...(isRated && {
      rating: failing.some((one) => isRed(one.values, one, stack)) ? "RED" : "AMBER",
    }),
    explanation: {
      reason: typeof reason === "string" ? reason : reason(stack),
      settings,
      isOnlyForNew,
      price,
    },
  };
}
