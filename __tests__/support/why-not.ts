import { PlueError } from "../../src/process/errors";
import { cliConfig, prepare } from "./embedded-aws";

// Prints why this machine cannot run the embedded AWS; nothing if it can.
async function main(): Promise<string> {
  try {
    await prepare();
    const { unreachable } = await cliConfig();
    return unreachable ?? "";
  } catch (error) {
    if (error instanceof PlueError) return error.message;
    throw error;
  }
}

void main().then((reason) => console.log(reason));
