import { atLeast } from "../../../src/embedded-aws/tools";

test.each([
  ["1.11.0", "1.11", true],
  ["1.12.0-beta1", "1.11", true],
  ["2.0", "1.11", true],
  ["1.9.8", "1.11", false],
  ["3.9.18", "3.10", false],
  ["3.10.0", "3.10", true],
  ["20.19.0", "20.0", true],
  ["18.20.0", "20.0", false],
  ["", "1.0", false],
])("%s against %s", (version, least, enough) => {
  expect(atLeast(version, least)).toBe(enough);
});
