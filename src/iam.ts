/** One statement of a policy document. */
export interface Statement {
  /** Its name. */
  readonly Sid?: string;
  /** It allows or denies. */
  readonly Effect: "Allow" | "Deny";
  /** Whose requests it applies to, in the policy of a resource. */
  readonly Principal?: "*" | Readonly<Record<string, OneOrMore>>;
  /** The actions that it applies to. */
  readonly Action?: OneOrMore;
  /** The actions that it does not apply to. */
  readonly NotAction?: OneOrMore;
  /** ARNs that it applies to. */
  readonly Resource?: OneOrMore;
  /** ARNs that it does not apply to. */
  readonly NotResource?: OneOrMore;
  /** Tests of condition keys, by operator. */
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, OneOrMore>>>>;
}

/** A policy document. */
export interface PolicyDocument {
  /** Its statements. */
  readonly Statement: readonly Statement[];
}

/** One text or a list of them: IAM accepts both. */
export type OneOrMore = string | readonly string[];

/** One text or several as a list; none is an empty list. */
export const list = (value: OneOrMore | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === "string" ? [value] : value;
