const { existsSync, readFileSync } = require("node:fs");
const { join, relative } = require("node:path");

const LIST = "__tests__/allowed-skips.json";

/**
 * Compares the tests that did not run with the list of those that may be skipped.
 * @param allowed entries of the list: the file, the start of the tests' full names, and the reason
 * @param results of Jest, each test file's path relative to the project
 * @param exists whether the project has a file
 * @returns one line for each test that may not be skipped, and for each entry that matches no test
 */
function faultsOfSkips(allowed, results, exists) {
  const matches = ({ file, group }, path, name) => file === path && name.startsWith(group);
  const skipped = results.flatMap(({ path, tests }) =>
    tests
      .filter(({ status }) => status === "pending" || status === "todo" || status === "disabled")
      .filter(({ fullName }) => !allowed.some((entry) => matches(entry, path, fullName)))
      .map(({ fullName }) => `${path}: "${fullName}" was skipped, and ${LIST} does not list it`),
  );
  const stale = allowed
    .filter((entry) => {
      const result = results.find(({ path }) => path === entry.file);
      if (!result) return !exists(entry.file);
      // A file that fails to load has no tests.
      const { tests } = result;
      return tests.length > 0 && !tests.some((test) => matches(entry, entry.file, test.fullName));
    })
    .map(({ file, group }) => `${LIST}: ${file} has no test whose name starts with "${group}"`);
  const unexplained = allowed
    .filter(({ reason }) => !reason?.trim())
    .map(({ file, group }) => `${LIST}: the entry of ${file}, "${group}", has no reason`);
  return [...skipped, ...stale, ...unexplained];
}

/** In CI, fails the run if a test was skipped that `__tests__/allowed-skips.json` does not list. */
module.exports = class SkippedTests {
  /** @param config of Jest */
  constructor({ rootDir }) {
    this.rootDir = rootDir;
  }

  /** Looks at all results when the last test has ended. */
  onRunComplete(_contexts, { testResults }) {
    if (!process.env.CI) return;
    const allowed = JSON.parse(readFileSync(join(this.rootDir, LIST), "utf8"));
    const results = testResults.map(({ testFilePath, testResults: tests }) => ({
      path: relative(this.rootDir, testFilePath),
      tests,
    }));
    this.faults = faultsOfSkips(allowed, results, (file) => existsSync(join(this.rootDir, file)));
    for (const fault of this.faults) process.stderr.write(`${fault}\n`);
  }

  /** The error that makes Jest end with exit code 1; none if every skip is allowed. */
  getLastError() {
    if (this.faults?.length > 0) return new Error(`${this.faults.length} skipped tests or entries`);
  }
};
