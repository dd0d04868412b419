/**
 * Changes deployed environments in all ways that their settings allow, on copies of an embedded AWS.
 *
 *     npm run test:transitions -- [--seed N] [--only TEXT] [--workers N] [--destroy SHARE]
 */
import { parseArgs } from "node:util";
import { local } from "../../src/environments/local";
import { startCopiedAws } from "../support/copies";
import { deployment } from "../support/deployment";
import probeMachine from "../support/probe-machine";
import { removeRunFolder } from "../support/run-folder";
import { attempt, type Outcome } from "./attempt";
import { Changes, type Change } from "./changes";

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    only: { type: "string" },
    workers: { type: "string", default: "2" },
    destroy: { type: "string", default: "0.25" },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e6));
const changes = new Changes(local, seed)
  .all()
  .filter(({ name }) => name.includes(values.only ?? ""));
const every = Math.max(1, Math.round(1 / Number(values.destroy)));
const outcomes: Outcome[] = [];

/** Tries changes until none is left, each worker on an embedded AWS of its own. */
async function work(queue: { change: Change; destroyed: boolean }[]): Promise<void> {
  const aws = await startCopiedAws();
  const stack = await deployment(aws, local);
  try {
    await stack.succeed("apply", "-auto-approve");
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { change, destroyed } = next;
      const start = Date.now();
      const outcome = await attempt(aws, stack, local, change, destroyed);
      const seconds = Math.round((Date.now() - start) / 1000);
      console.log(`${outcome.result} (${seconds} s): ${change.name}`);
      if ("message" in outcome) console.log(outcome.message.replace(/^/gm, "    "));
      const failed = outcome.result !== "applied" && outcome.result !== "refused";
      // A batch is tried again in its parts, which then count instead of it.
      if (failed && change.parts && change.parts.length > 1) {
        queue.push(...change.parts.map((part) => ({ change: part, destroyed: false })));
      } else outcomes.push(outcome);
    }
  } finally {
    stack.remove();
    await aws.stop();
  }
}

async function main(): Promise<void> {
  console.log(`Seed ${seed}: ${changes.length} changes`);
  await probeMachine();
  const queue = changes.map((change, index) => ({ change, destroyed: index % every === 0 }));
  try {
    await Promise.all(Array.from({ length: Number(values.workers) }, () => work(queue)));
  } finally {
    removeRunFolder();
  }
  const count = (result: Outcome["result"]) =>
    outcomes.filter((outcome) => outcome.result === result).length;
  const good = count("applied") + count("refused");
  console.log(
    `Seed ${seed}: ${outcomes.length} changes tried, ${count("refused")} refused, ${outcomes.length - good} failed`,
  );
  for (const result of new Set(outcomes.map((outcome) => outcome.result))) {
    console.log(`  ${result}: ${count(result)}`);
  }
  process.exitCode = good === outcomes.length ? 0 : 1;
}

void main();
