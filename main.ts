import { App } from "./src/cdktf";
import { environments } from "./src/environments";
import { PlueStack } from "./src/plue-stack";

const app = new App({ stackTraces: false });
for (const settings of environments) new PlueStack(app, settings);
app.synth();
