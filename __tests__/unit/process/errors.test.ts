import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { explain } from "../../../src/aws/errors";

describe("a file system error names the failed action and the file", () => {
  const folder = mkdtempSync(join(tmpdir(), "plue-files-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  const messageOf = (work: () => unknown) => {
    try {
      work();
    } catch (error) {
      return explain(error).message;
    }
    throw new Error("it did not fail");
  };

  test.each([
    ["open", () => closeSync(openSync(join(folder, "a/b"), "w")), "open", "a/b", "no such file"],
    ["folder", () => mkdirSync(folder), "make the folder", "", "file already exists"],
    ["read", () => readdirSync(join(folder, "c")), "read", "c", "no such file or directory"],
  ])("%s", (_, work, verb, path, reason) => {
    expect(messageOf(work)).toContain(`cannot ${verb} ${join(folder, path)}: ${reason}`);
  });

  test.each([
    ["EACCES", "permission denied", "as a user who may"],
    ["EROFS", "read-only file system", "copy of the project"],
    ["ENOSPC", "no space left on device", "Free some space"],
  ])("the message for %s contains advice", (code, words, advice) => {
    const error = Object.assign(new Error(`${code}: ${words}, mkdir '/project/.local'`), {
      code,
      syscall: "mkdir",
      path: "/project/.local",
    });
    const explained = explain(error);
    expect(explained.message).toBe(`cannot make the folder /project/.local: ${words}`);
    expect(explained.advice.join()).toContain(advice);
  });

  test("a missing program is not a file system error", () => {
    const error = Object.assign(new Error("spawn x ENOENT"), { code: "ENOENT", path: "x" });
    expect(explain(error).message).toBe("spawn x ENOENT");
  });
});
