const { default: Sequencer } = require("@jest/test-sequencer");

/** The longest test files, longest first: most deploy whole environments, some of them several times. */
const LONG = [
  "integration/operations/local",
  "integration/stack/full",
  "integration/operations/adoption-rollback",
  "integration/cli/deployment",
  "integration/cli/operation",
  "integration/stack/deploy",
  "integration/stack/settings",
  "integration/operations/adoption-disturbed",
  "integration/stack/transitions",
  "integration/stack/recovery",
  "integration/stack/checkov",
  "properties/settings",
  "integration/operations/adoption",
  "integration/cli/review",
  "integration/stack/cache-nodes",
];

/**
 * Runs the longest tests first, so that all others run beside their waits. Where it has run the tests
 * before, Jest knows the duration of each file; on a CI machine it would use the size of the files.
 */
module.exports = class LongestFirst extends Sequencer {
  /** Sorts the test files. */
  sort(tests) {
    const rank = ({ path }) => {
      const place = LONG.findIndex((file) => path.includes(`/__tests__/${file}`));
      return place < 0 ? LONG.length : place;
    };
    return super.sort(tests).sort((one, other) => rank(one) - rank(other));
  }
};
