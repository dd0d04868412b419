import { environments } from "./src/environments";
import { github } from "./src/environments/github";
import { synthesize } from "./src/stack/synthesize";

synthesize(environments, github);
