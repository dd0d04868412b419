import { App } from "./src/cdktf";
import { environments } from "./src/environments";
import { PlueStack } from "./src/plue-stack";
import { validate } from "./src/validate";

try {
  // Before the app, which makes its output folder as soon as it is made itself.
  validate(environments);
  const app = new App({ stackTraces: false });
  for (const settings of environments) new PlueStack(app, settings);
  app.synth();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
