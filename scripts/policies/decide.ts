import { list, type PolicyDocument, type Statement } from "../../src/iam";

/** A request that IAM decides on. */
export interface Request {
  /** The caller: `{ AWS: ARN }`, `{ Service: HOST }` or `{ Federated: ARN }`. Required for policies of resources. */
  readonly principal?: Readonly<Partial<Record<"AWS" | "Service" | "Federated", string>>>;
  /** `s3:GetObject` */
  readonly action: string;
  /** ARN of the resource. @default `*`, for an action without one */
  readonly resource?: string;
  /** Condition keys and their values; a list for a key of several values. @default none */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

/** The result of policies for a request: a denial overrides every statement that allows. */
export type Decision = "allowed" | "denied" | "not allowed";

/**
 * Decides a request by policy documents, as IAM evaluates the policies of one account.
 * Source: "Policy evaluation logic" and "IAM JSON policy elements", IAM User Guide.
 * @throws Error for an operator or an element that it does not support
 */
export function decide(documents: readonly PolicyDocument[], request: Request): Decision {
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
  if (unknown !== undefined) throw new Error(`the element ${unknown} is not supported`);
  const { Action, NotAction, Resource, NotResource, Condition = {}, Principal } = statement;
  const { action, resource = "*", principal, context = {} } = request;
  const keys = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]));
  const acts = (pattern: string) => matches(pattern.toLowerCase(), action.toLowerCase());
  const means = (pattern: string) => matches(withVariables(pattern, keys), resource);
  return (
    (Principal === undefined || isPrincipal(Principal, principal)) &&
    (NotAction === undefined ? list(Action).some(acts) : !list(NotAction).some(acts)) &&
    // A trust policy has no Resource: it applies to its role.
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
  if (asking === undefined)
    throw new Error("the policy of a resource needs the principal of the request");
  if (stated === "*") return true;
  return Object.entries(stated).some(([kind, values]) => {
    const one = asking[kind as "AWS"];
    if (kind === "AWS" && list(values).includes("*")) return true;
    return (
      one !== undefined &&
      list(values).some((value) => {
        // An account, by its root or its number, means every principal of it.
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

/** Operators that hold if one of the stated values passes the test. */
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
  // IAM evaluates both in the same way.
  ArnEquals: matchesArn,
  ArnLike: matchesArn,
};

/** Operators that hold if none of the stated values passes the test, with the operator that they negate. */
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
  if (test === undefined) throw new Error(`the operator ${operator} is not supported`);
  const one = (value: string) => stated.some((text) => test(text, value)) !== Boolean(negated);
  const values = list(actual);
  if (set === "ForAllValues") return values.every(one);
  if (actual === undefined) return Boolean(ifExists) || (set === undefined && Boolean(negated));
  if (set === "ForAnyValue") return values.some(one);
  if (typeof actual !== "string") throw new Error(`${operator} requires a key with one value`);
  return one(actual);
}

/** Compares each of the six parts of an ARN; only the last part may contain colons. */
function matchesArn(stated: string, actual: string): boolean {
  const parts = (arn: string) => [...arn.split(":", 5), arn.split(":").slice(5).join(":")];
  const found = parts(actual);
  return parts(stated).every((part, index) => matches(part, found[index]!));
}

const expressions = new Map<string, RegExp>();

/** Whether a text matches a pattern: `*` is any text, `?` one character, `${*}` the character itself. */
export function matches(pattern: string, text: string): boolean {
  const known = expressions.get(pattern) ?? expressionOf(pattern);
  expressions.set(pattern, known);
  return known.test(text);
}

function expressionOf(pattern: string): RegExp {
  const expression = pattern.replace(/\$\{([*?$])\}|[^]/g, (one, literal?: string) => {
    if (literal !== undefined) return `\\${literal}`;
    if (one === "*") return "[^]*";
    return one === "?" ? "[^]" : one.replace(/[\\^$.|+()[\]{}/-]/, "\\$&");
  });
  return new RegExp(`^${expression}$`);
}

/** A text without escapes of wildcards. */
function literal(text: string): string {
  return text.replace(/\$\{([*?$])\}/g, "$1");
}

/** Replaces variables such as `${aws:username}`; one without a value matches nothing. */
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
