import { secretsOf, valueChanges } from "../../../src/diagram/values";

const value = (text: string) => ({ kind: "value", text });

test("shows which values differ, within lists and objects too", () => {
  expect(
    valueChanges({
      before: { size: 1, tags: { a: "x", b: "y" }, ports: [80, 443], kept: "k" },
      after: { size: 2, tags: { a: "x" }, ports: [80, 8443], kept: "k" },
    }),
  ).toEqual([
    { path: "ports[1]", before: value("443"), after: value("8443") },
    { path: "size", before: value("1"), after: value("2") },
    { path: "tags.b", before: value("y"), after: undefined },
  ]);
});

test("marks what is known only after the apply", () => {
  expect(
    valueChanges({
      before: { arn: "old", rules: [{ id: "1" }] },
      after: { rules: [{}] },
      after_unknown: { arn: true, rules: [{ id: true }] },
    }),
  ).toEqual([
    { path: "arn", before: value("old"), after: { kind: "unknown" } },
    { path: "rules[0].id", before: value("1"), after: { kind: "unknown" } },
  ]);
});

test("puts what is known first, and shows a document that becomes unknown as a whole", () => {
  const document = JSON.stringify([{ image: "old", name: "api" }]);
  expect(
    valueChanges({
      before: { definitions: document, size: 1 },
      after: { size: 2 },
      after_unknown: { definitions: true },
    }),
  ).toEqual([
    { path: "size", before: value("1"), after: value("2") },
    { path: "definitions", before: value(document), after: { kind: "unknown" } },
  ]);
});

test("empty text is as nothing", () => {
  expect(valueChanges({ before: { mode: "", name: "a" }, after: { name: "" } })).toEqual([
    { path: "name", before: value("a"), after: undefined },
  ]);
});

test("reads policies and container definitions, which are JSON in a string", () => {
  const policy = (action: string) => JSON.stringify({ Statement: [{ Action: action }] });
  expect(
    valueChanges({ before: { policy: policy("a:Get") }, after: { policy: policy("a:Put") } }),
  ).toEqual([
    { path: "policy.Statement[0].Action", before: value("a:Get"), after: value("a:Put") },
  ]);
});

describe("what is sensitive is never among the texts", () => {
  const change = {
    before: {
      password: "old-secret",
      list: [{ name: "one", token: "list-old" }],
      whole: { deep: { key: "whole-old" } },
      gone: "gone-secret",
    },
    after: {
      password: "new-secret",
      list: [
        { name: "one", token: "list-new" },
        { name: "two", token: "list-more" },
      ],
      whole: { deep: { key: "whole-new" } },
      document: JSON.stringify({ password: "in-document" }),
    },
    before_sensitive: { password: true, list: [{ token: true }], whole: true, gone: true },
    after_sensitive: {
      password: true,
      list: [{ token: true }, { token: true }],
      whole: { deep: { key: true } },
      document: true,
      later: true,
    },
    after_unknown: { later: true },
  };

  test("before or after, nested or in a list", () => {
    const shown = valueChanges(change);
    expect(JSON.stringify(shown)).not.toMatch(/secret|-old|-new|-more|in-document/);
    expect(shown.map(({ path }) => path)).toEqual([
      "document",
      "gone",
      "later",
      "list[0].token",
      "list[1].name",
      "list[1].token",
      "password",
      "whole",
      "whole.deep.key",
    ]);
    expect(shown.find(({ path }) => path === "later")!.after).toEqual({ kind: "sensitive" });
  });

  test("and all of it is found, to look for elsewhere", () => {
    expect(secretsOf(change).toSorted()).toEqual(
      [
        "old-secret",
        "list-old",
        "whole-old",
        "gone-secret",
        "new-secret",
        "list-new",
        "list-more",
        "whole-new",
        JSON.stringify({ password: "in-document" }),
      ].toSorted(),
    );
  });
});
