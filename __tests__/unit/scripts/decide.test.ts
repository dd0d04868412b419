import { decide, type Request } from "../../../scripts/policies/decide";
import type { Statement } from "../../../src/iam";

const say = (statements: readonly Partial<Statement>[], request: Partial<Request> = {}) =>
  decide(
    [
      {
        Statement: statements.map((statement) => ({
          Effect: "Allow",
          Action: "s3:GetObject",
          Resource: "arn:aws:s3:::bucket/*",
          ...statement,
        })),
      },
    ],
    { action: "s3:GetObject", resource: "arn:aws:s3:::bucket/key", ...request },
  );

test("what nothing allows is not allowed, and a denial goes before what allows", () => {
  expect(say([{}])).toBe("allowed");
  expect(say([])).toBe("not allowed");
  expect(say([{}, { Effect: "Deny" }])).toBe("denied");
  expect(say([{}, { Effect: "Deny", Resource: "arn:aws:s3:::bucket/other" }])).toBe("allowed");
});

test.each<[Partial<Statement>, Partial<Request>, boolean]>([
  [{ Action: "S3:getobject" }, {}, true],
  [{ Action: "s3:Get*" }, {}, true],
  [{ Action: "s3:GetObjec?" }, {}, true],
  [{ Action: "s3:Put*" }, {}, false],
  [{ Action: undefined, NotAction: "s3:Put*" }, {}, true],
  [{ Action: undefined, NotAction: ["s3:Get*"] }, {}, false],
  [{ Resource: "arn:aws:s3:::Bucket/*" }, {}, false],
  [{ Resource: "arn:aws:s3:::*" }, { resource: "arn:aws:s3:::bucket/a/b" }, true],
  [{ Resource: "arn:aws:s3:::bucket/k.y" }, {}, false],
  [{ Resource: undefined, NotResource: "arn:aws:s3:::bucket/*" }, {}, false],
  [{ Resource: undefined, NotResource: "arn:aws:s3:::other/*" }, {}, true],
  [
    { Resource: "arn:aws:s3:::bucket/${aws:username}" },
    { context: { "aws:UserName": "key" } },
    true,
  ],
  [{ Resource: "arn:aws:s3:::bucket/${aws:username}" }, {}, false],
  [{ Resource: "arn:aws:s3:::bucket/${aws:username, 'key'}" }, {}, true],
  [
    { Resource: "arn:aws:s3:::bucket/${aws:username}" },
    { context: { "aws:username": "*" } },
    false,
  ],
  [{ Resource: "arn:aws:s3:::bucket/${*}" }, {}, false],
  [{ Resource: "arn:aws:s3:::bucket/${*}" }, { resource: "arn:aws:s3:::bucket/*" }, true],
])("%j and %j: %p", (statement, request, allowed) => {
  expect(say([statement], request)).toBe(allowed ? "allowed" : "not allowed");
});

const one = "arn:aws:iam::123456789012:role/one";
test.each<[Statement["Principal"], Request["principal"], boolean]>([
  ["*", { Service: "ecs.amazonaws.com" }, true],
  [{ AWS: "*" }, { AWS: one }, true],
  [{ AWS: one }, { AWS: one }, true],
  [{ AWS: one }, { AWS: `${one}-more` }, false],
  [{ AWS: "123456789012" }, { AWS: one }, true],
  [{ AWS: ["arn:aws:iam::123456789012:root"] }, { AWS: one }, true],
  [{ AWS: "arn:aws:iam::999999999999:root" }, { AWS: one }, false],
  [{ Service: "ecs.amazonaws.com" }, { Service: "ecs.amazonaws.com" }, true],
  [{ Service: "ecs.amazonaws.com" }, { AWS: one }, false],
  [{ Federated: "a", Service: ["b", "c"] }, { Service: "c" }, true],
])("%j is for %j: %p", (Principal, principal, allowed) => {
  expect(say([{ Principal }], { principal })).toBe(allowed ? "allowed" : "not allowed");
});

type Value = string | readonly string[];
// Operator, what the policy states, what the request has, whether it holds.
test.each<[string, Value, Value | undefined, boolean]>([
  ["StringEquals", "a", "a", true],
  ["StringEquals", "a", "A", false],
  ["StringEquals", "a*", "ab", false],
  ["StringEquals", ["a", "b"], "b", true],
  ["StringEquals", "a", undefined, false],
  ["StringEqualsIfExists", "a", undefined, true],
  ["StringEqualsIfExists", "a", "b", false],
  ["StringEqualsIgnoreCase", "a", "A", true],
  ["StringNotEquals", "a", "b", true],
  ["StringNotEquals", "a", undefined, true],
  ["StringNotEquals", ["a", "b"], "b", false],
  ["StringNotEqualsIfExists", "a", undefined, true],
  ["StringLike", "a*", "ab", true],
  ["StringLike", "a?", "abc", false],
  ["StringNotLike", ["a*", "b*"], "c", true],
  ["StringNotLike", ["a*", "b*"], "bc", false],
  ["NumericLessThan", "3", "2", true],
  ["NumericLessThan", "3", "3", false],
  ["NumericLessThanEquals", "3", "3", true],
  ["NumericGreaterThan", "3", "10", true],
  ["NumericNotEquals", "3", "3.0", false],
  ["Bool", "true", "true", true],
  ["Bool", "false", "true", false],
  ["Bool", "false", undefined, false],
  ["BoolIfExists", "false", undefined, true],
  ["Null", "true", undefined, true],
  ["Null", "true", "a", false],
  ["Null", "false", "a", true],
  ["ArnLike", "arn:aws:sns:*:1:t-*", "arn:aws:sns:eu-west-1:1:t-a", true],
  // A wildcard does not reach over a colon.
  ["ArnLike", "arn:aws:sns:*:t-a", "arn:aws:sns:eu-west-1:1:t-a", false],
  ["ArnEquals", "arn:aws:sns:*:1:t", "arn:aws:sns:eu-west-1:1:t", true],
  ["ArnNotLike", "arn:aws:sns:*:1:t", "arn:aws:sns:eu-west-1:2:t", true],
  ["ArnNotLike", "arn:aws:sns:*:1:t", undefined, true],
  ["ForAnyValue:StringEquals", ["a", "b"], ["c", "b"], true],
  ["ForAnyValue:StringEquals", ["a", "b"], ["c"], false],
  ["ForAnyValue:StringEquals", "a", undefined, false],
  ["ForAnyValue:StringNotEquals", "a", ["a", "b"], true],
  ["ForAllValues:StringEquals", ["a", "b"], ["a", "b", "a"], true],
  ["ForAllValues:StringEquals", ["a", "b"], ["a", "c"], false],
  ["ForAllValues:StringEquals", "a", undefined, true],
  ["ForAllValues:StringNotEquals", "a", ["b", "a"], false],
])("%s %j of %j: %p", (operator, stated, actual, holds) => {
  const context: Request["context"] = actual === undefined ? {} : { "aws:TagKeys": actual };
  const Condition = { [operator]: { "AWS:tagkeys": stated } };
  expect(say([{ Condition }], { context })).toBe(holds ? "allowed" : "not allowed");
});

test("all conditions must hold", () => {
  const Condition = { StringEquals: { a: "1", b: "2" }, Bool: { c: "true" } };
  const context = { a: "1", b: "2", c: "true" };
  expect(say([{ Condition }], { context })).toBe("allowed");
  for (const key of Object.keys(context)) {
    expect(say([{ Condition }], { context: { ...context, [key]: "3" } })).toBe("not allowed");
  }
});

test("it does not guess", () => {
  const asked = { context: { a: "1" } };
  expect(() => say([{ Condition: { StringEqual: { a: "1" } } }], asked)).toThrow("StringEqual");
  expect(() => say([{ Condition: { DateLessThan: { a: "1" } } }], asked)).toThrow("DateLessThan");
  expect(() => say([{ Principal: "*" }])).toThrow("principal of the request");
  const many = { context: { a: ["1", "2"] } };
  expect(() => say([{ Condition: { StringEquals: { a: "1" } } }], many)).toThrow("one value");
  const NotPrincipal = { AWS: one };
  expect(() => say([{ NotPrincipal } as Partial<Statement>])).toThrow("NotPrincipal");
});
