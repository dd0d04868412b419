const { default: Sequencer } = require("@jest/test-sequencer");

/** What waits longest: these deploy a whole environment, and the provider waits minutes for a database. */
const LONG = /integration.(cli.(deployment|operation)|stack.(deploy|change)|operations.adoption)/;

/**
 * Runs the longest tests first, so that all others run beside their waits. Where it has run the tests
 * before, Jest knows what takes how long; on a CI machine it would go by the size of the files.
 */
module.exports = class LongestFirst extends Sequencer {
  /** Sorts what is to be run. */
  sort(tests) {
    const long = ({ path }) => (LONG.test(path) ? 0 : 1);
    return super.sort(tests).sort((one, other) => long(one) - long(other));
  }
};
