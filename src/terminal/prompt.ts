import { createInterface } from "node:readline/promises";
import { ActionRequired } from "../process/errors";
import { printable } from "../process/printable";

async function ask(question: string, yes: string): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new ActionRequired(
      "this question must be answered by a person, and there is no terminal to ask at",
      `In a script, answer it with ${yes}.`,
    );
  }
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  // At a prompt Ctrl-C reaches readline, not the process.
  reader.on("SIGINT", () => process.emit("SIGINT", "SIGINT"));
  try {
    return (await reader.question(printable(question))).trim();
  } finally {
    reader.close();
  }
}

/**
 * Asks a yes-or-no question, unless `yes` answers it.
 * @throws ActionRequired if there is nobody to ask, or the answer is not yes
 */
export async function confirm(question: string, yes: boolean): Promise<void> {
  if (yes) return;
  const answer = await ask(`${question} [y/N] `, "--yes");
  if (!/^y(es)?$/i.test(answer)) throw new ActionRequired("not confirmed");
}

/**
 * Asks for a name to be typed, unless `yes` answers it.
 * @throws ActionRequired if there is nobody to ask, or another name is typed
 */
export async function confirmName(question: string, name: string, yes: boolean): Promise<void> {
  if (yes) return;
  const answer = await ask(`${question} `, "--yes");
  if (answer !== name) throw new ActionRequired(`that is not "${name}"`);
}
