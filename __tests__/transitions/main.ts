/**
 * Changes deployed environments in all ways that their settings allow, on copies of an embedded AWS. What does not
 * depend on chance is tried once, for the first seed.
 *
 *     npm run test:transitions -- [--seed N]... [--only TEXT]... [--workers N] [--destroy SHARE]
 */
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startCopiedAws } from "../support/copies";
import { deployment } from "../support/deployment";
import probeMachine from "../support/probe-machine";
import { removeRunFolder } from "../support/run-folder";
import { attempt, type Outcome } from "./attempt";
import { base, Changes, type Change } from "./changes";

const { values } = parseArgs({
  options: {
    seed: { type: "string", multiple: true },
    only: { type: "string", multiple: true, default: [""] },
    workers: { type: "string", default: "2" },
    destroy: { type: "string", default: "0.25" },
  },
});
const seeds = values.seed?.map(Number) ?? [Math.floor(Math.random() * 1e6)];
const every = Math.max(1, Math.round(1 / Number(values.destroy)));
const outcomes: Outcome[] = [];
/** How many changes are under way: each may still be split into smaller ones. */
let working = 0;

/** Tries changes until none is left, each worker on an embedded AWS of its own. */
async function work(queue: { change: Change; destroyed: boolean }[]): Promise<void> {
  const aws = await startCopiedAws();
  const stack = await deployment(aws, base);
  try {
    await stack.succeed("apply", "-auto-approve");
    while (queue.length > 0 || working > 0) {
      const next = queue.shift();
      if (!next) {
        await sleep(1000);
        continue;
      }
      const { change, destroyed } = next;
      const start = Date.now();
      working++;
      const outcome = await attempt(aws, stack, base, change, destroyed);
      const seconds = Math.round((Date.now() - start) / 1000);
      console.log(`${outcome.result} (${seconds} s): ${change.name}`);
      if ("message" in outcome) console.log(outcome.message.replace(/^/gm, "    "));
      const smaller = "message" in outcome ? (change.smaller?.(outcome.message) ?? []) : [];
      if (smaller.length === 0) outcomes.push(outcome);
      queue.unshift(...smaller.map((part) => ({ change: part, destroyed: false })));
      working--;
    }
  } finally {
    stack.remove();
    await aws.stop();
  }
}

async function main(): Promise<void> {
  const all = [
    ...new Changes(seeds[0]!).each(),
    ...seeds.flatMap((seed) => new Changes(seed).pairs(3)),
  ].filter(({ name }) => values.only.some((text) => name.includes(text)));
  const run = seeds.length > 1 ? `Seeds ${seeds.join(", ")}` : `Seed ${seeds[0]}`;
  console.log(`${run}: ${all.length} changes`);
  await probeMachine();
  const start = Date.now();
  const queue = all.map((change, index) => ({ change, destroyed: index % every === 0 }));
  try {
    await Promise.all(Array.from({ length: Number(values.workers) }, () => work(queue)));
  } finally {
    removeRunFolder();
  }
  const count = (result: Outcome["result"]) =>
    outcomes.filter((outcome) => outcome.result === result).length;
  const tried = outcomes.length - count("not tried");
  const failed = tried - count("applied") - count("refused");
  const minutes = Math.round((Date.now() - start) / 60_000);
  console.log(
    `${run}: ${tried} changes tried, ${count("refused")} refused, ${failed} failed, ${minutes} minutes`,
  );
  for (const result of new Set(outcomes.map((outcome) => outcome.result))) {
    console.log(`  ${result}: ${count(result)}`);
  }
  process.exitCode = failed === 0 ? 0 : 1;
}

void main();
