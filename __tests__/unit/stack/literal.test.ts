import { dev } from "../../../src/environments/dev";
import { literal } from "../../../src/stack/literal";
import { synthesize } from "../../support/stack";

test.each([
  ["${var.x}", "$${var.x}"],
  ["%{ if true }", "%%{ if true }"],
  ["$${x}", "$$${x}"],
  ["50 % {of} $5", "50 % {of} $5"],
])("%s is written as %s", (text, written) => {
  expect(literal({ [text]: [text, 5, true, undefined] })).toEqual({
    [written]: [written, 5, true, undefined],
  });
});

test("Terraform reads a description as data, not as an expression", () => {
  const egress = [{ description: "${bad}", port: 443, cidrBlocks: ["10.0.0.0/8"] }];
  const { json } = synthesize({ ...dev, webApp: { ...dev.webApp, egress } });
  expect(json).toContain('"$${bad}"');
  expect(json).not.toContain('"${bad}"');
});
