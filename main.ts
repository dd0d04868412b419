import { environments } from "./src/environments";
import { synthesize } from "./src/synthesize";

synthesize(environments);
