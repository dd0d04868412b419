const { default: Sequencer } = require("@jest/test-sequencer");

/** The longest test files, longest first: they deploy whole environments, some of them several times. */
const LONG = [
  "operations/adoption-rollback",
  "stack/full",
  "cli/deployment",
  "stack/settings",
  "stack/transitions",
  "stack/deploy",
  "cli/operation",
  "stack/recovery",
  "operations/adoption",
  "operations/local",
  "stack/cache-nodes",
  "stack/checkov",
];

/**
 * Runs the longest tests first, so that all others run beside their waits. Where it has run the tests
 * before, Jest knows the duration of each file; on a CI machine it would use the size of the files.
 */
module.exports = class LongestFirst extends Sequencer {
  /** Sorts the test files. */
  sort(tests) {
    const rank = ({ path }) => {
      const place = LONG.findIndex((file) => path.includes(`/integration/${file}`));
      return place < 0 ? LONG.length : place;
    };
    return super.sort(tests).sort((one, other) => rank(one) - rank(other));
  }
};
