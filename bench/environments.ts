import { environments } from "../src/environments";
import { synthesize } from "../src/stack/synthesize";

// Synthesizes the number of environments in the first argument.
const count = Number(process.argv[2]);
synthesize(
  Array.from({ length: count }, (_, index) => ({
    ...environments[index % environments.length]!,
    adopts: undefined,
    // The usage names it.
    name: index === 0 ? "production" : `e${index}`,
  })),
);
