import type { ChildProcess } from "node:child_process";
import { Interrupted } from "./errors";

let left = "Nothing was changed.";
let interrupted = false;
const children = new Set<ChildProcess>();

/** Reports what an interrupt at this point leaves behind, and how to go on. */
export function onInterrupt(message: string): void {
  left = message;
}

/**
 * Makes Ctrl-C, SIGTERM and a closed terminal end the program in order: what runs as a child gets
 * one interrupt and the time to finish what must not stay half done.
 */
export function handleInterrupts(): void {
  const say = (text: string) => process.stderr.write(`${text}\n`);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      interrupted = true;
      if (children.size === 0) {
        say(`\nplue: interrupted\n${left}`);
        process.exit(130);
      }
      say(
        "\nStopping; this may take a moment. Press Ctrl-C again to stop immediately. The state may be damaged.",
      );
      for (const child of children) child.kill("SIGINT");
    });
  }
}

/** Passes interrupts on to a child process for as long as it runs. */
export function passInterruptsTo(child: ChildProcess): void {
  children.add(child);
  child.once("close", () => children.delete(child));
}

/** @throws Interrupted if the user has asked to stop */
export function throwIfInterrupted(): void {
  if (interrupted) throw new Interrupted(left);
}
