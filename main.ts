import { environments } from "./src/environments";
import { synthesize } from "./src/stack/synthesize";

synthesize(environments);
