import { list, type Document, type Statement } from "./policy-documents";

/** A request as IAM sees it. */
export interface Request {
  /** Who asks: `{ AWS: ARN }`, `{ Service: HOST }` or `{ Federated: ARN }`. Needed for policies of objects. */
  readonly principal?: Readonly<Partial<Record<"AWS" | "Service" | "Federated", string>>>;
  /** `s3:GetObject` */
  readonly action: string;
  /** ARN of the object. @default `*`, for an action without one */
  readonly resource?: string;
  /** Condition keys and their values; a list for a key of several values. @default none */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

/** What policies say of a request: a denial goes before whatever allows it. */
export type Decision = "allowed" | "denied" | "not allowed";

/**
 * What documents say of a request, as IAM evaluates policies within one account.
 * Source: "Policy evaluation logic" and "IAM JSON policy elements", IAM User Guide.
 * @throws Error for what it does not know: an operator, an element
 */
export function decide(documents: readonly Document[], request: Request): Decision {
  const applying = documents
    .flatMap(({ Statement }) => Statement)
    .filter((statement) => applies(statement, request));
  if (applying.some(({ Effect }) => Effect === "Deny")) return "denied";
  return applying.length > 0 ? "allowed" : "not allowed";
}

const ELEMENTS = [
  "Sid",
  "Effect",
  "Principal",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Condition",
];

function applies(statement: Statement, request: Request): boolean {
  const unknown = Object.keys(statement).find((element) => !ELEMENTS.includes(element));
  if (unknown !== undefined) throw new Error(`the element ${unknown} is not known`);
  const { Action, NotAction, Resource, NotResource, Condition = {}, Principal } = statement;
  const { action, resource = "*", principal, context = {} } = request;
  const keys = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]));
  const acts = (pattern: string) => matches(pattern.toLowerCase(), action.toLowerCase());
  const means = (pattern: string) => matches(withVariables(pattern, keys), resource);
  return (
    (Principal === undefined || isPrincipal(Principal, principal)) &&
    (NotAction === undefined ? list(Action).some(acts) : !list(NotAction).some(acts)) &&
    // A trust policy has no resource: it is about its role.
    (NotResource === undefined
      ? Resource === undefined || list(Resource).some(means)
      : !list(NotResource).some(means)) &&
    Object.entries(Condition).every(([operator, tests]) =>
      Object.entries(tests).every(([key, values]) =>
        holds(
          operator,
          keys.get(key.toLowerCase()),
          list(values).map((value) => withVariables(value, keys)),
        ),
      ),
    )
  );
}

function isPrincipal(
  stated: NonNullable<Statement["Principal"]>,
  asking: Request["principal"],
): boolean {
  if (asking === undefined) throw new Error("a policy of an object is asked without who asks");
  if (stated === "*") return true;
  return Object.entries(stated).some(([kind, values]) => {
    const one = asking[kind as "AWS"];
    if (kind === "AWS" && list(values).includes("*")) return true;
    return (
      one !== undefined &&
      list(values).some((value) => {
        // An account, by its root or its number, stands for all that its own policies allow.
        const [, account] = /^(?:arn:aws:iam::)?(\d{12})(?::root)?$/.exec(value) ?? [];
        return (
          value === one ||
          (kind === "AWS" && account !== undefined && one.split(":")[4] === account)
        );
      })
    );
  });
}

type Test = (stated: string, actual: string) => boolean;

const number =
  (compare: (actual: number, stated: number) => boolean): Test =>
  (stated, actual) =>
    compare(Number(actual), Number(stated));

/** Operators that one of the stated values must fulfil. */
const positive: Readonly<Record<string, Test>> = {
  StringEquals: (stated, actual) => literal(stated) === actual,
  StringEqualsIgnoreCase: (stated, actual) =>
    literal(stated).toLowerCase() === actual.toLowerCase(),
  StringLike: (stated, actual) => matches(stated, actual),
  NumericEquals: number((actual, stated) => actual === stated),
  NumericLessThan: number((actual, stated) => actual < stated),
  NumericLessThanEquals: number((actual, stated) => actual <= stated),
  NumericGreaterThan: number((actual, stated) => actual > stated),
  NumericGreaterThanEquals: number((actual, stated) => actual >= stated),
  Bool: (stated, actual) => stated.toLowerCase() === actual.toLowerCase(),
  // The two do the same.
  ArnEquals: matchesArn,
  ArnLike: matchesArn,
};

/** Operators that none of the stated values may fulfil, by what they negate. */
const negative: Readonly<Record<string, string>> = {
  StringNotEquals: "StringEquals",
  StringNotEqualsIgnoreCase: "StringEqualsIgnoreCase",
  StringNotLike: "StringLike",
  NumericNotEquals: "NumericEquals",
  ArnNotEquals: "ArnEquals",
  ArnNotLike: "ArnLike",
};

function holds(
  operator: string,
  actual: string | readonly string[] | undefined,
  stated: readonly string[],
): boolean {
  if (operator === "Null") return stated.includes(String(actual === undefined));
  const [, set, name = "", ifExists] =
    /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(operator) ?? [];
  const negated = negative[name];
  const test = positive[negated ?? name];
  if (test === undefined) throw new Error(`the operator ${operator} is not known`);
  const one = (value: string) => stated.some((text) => test(text, value)) !== Boolean(negated);
  const values = list(actual);
  if (set === "ForAllValues") return values.every(one);
  if (actual === undefined) return Boolean(ifExists) || (set === undefined && Boolean(negated));
  if (set === "ForAnyValue") return values.some(one);
  if (typeof actual !== "string") throw new Error(`${operator} is for a key of one value`);
  return one(actual);
}

/** Each of the six parts of an ARN for itself; only the last may hold colons. */
function matchesArn(stated: string, actual: string): boolean {
  const parts = (arn: string) => [...arn.split(":", 5), arn.split(":").slice(5).join(":")];
  const found = parts(actual);
  return parts(stated).every((part, index) => matches(part, found[index]!));
}

/** `*` for any text, `?` for one character; `${*}` and its like for the character itself. */
function matches(pattern: string, text: string): boolean {
  const expression = pattern.replace(/\$\{([*?$])\}|[^]/g, (one, literal?: string) => {
    if (literal !== undefined) return `\\${literal}`;
    if (one === "*") return "[^]*";
    return one === "?" ? "[^]" : one.replace(/[\\^$.|+()[\]{}/-]/, "\\$&");
  });
  return new RegExp(`^${expression}$`).test(text);
}

/** A text in which a wildcard is a character like others. */
function literal(text: string): string {
  return text.replace(/\$\{([*?$])\}/g, "$1");
}

/** A text with the keys that it names as `${aws:username}`; one without its key matches nothing. */
function withVariables(
  text: string,
  keys: ReadonlyMap<string, string | readonly string[]>,
): string {
  return text.replace(/\$\{([^*?$}][^}]*)\}/g, (_, variable: string) => {
    const [, key = "", otherwise] = /^([^,]+?)(?:,\s*'(.*)')?$/.exec(variable) ?? [];
    const value = keys.get(key.toLowerCase()) ?? otherwise;
    return typeof value === "string" ? value.replace(/[*?$]/g, "${$&}") : "\0";
  });
}
