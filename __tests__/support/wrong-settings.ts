import { dev } from "../../src/environments/dev";
import { production } from "../../src/environments/production";
import { synthesize } from "../../src/stack/synthesize";

// A project with a wrong setting, to be run as `main.ts` is.
synthesize([{ ...dev, network: { ...dev.network, cidr: "wrong" } }, production]);
