import { measure, row } from "./measure";

// CPU time of printing help, compared with that of Node.js and the command-line library alone.
const runs = 11;
const library = measure(["-e", 'require("commander")'], { runs });
const help = measure(["bin/plue.js", "--help"], { runs });
const commandHelp = measure(["bin/plue.js", "deploy", "--help"], { runs });

console.log(row("node, and commander loaded", library));
console.log(row("plue --help", help));
console.log(row("plue deploy --help", commandHelp));
console.log(
  `plue --help takes ${(help.seconds / library.seconds).toFixed(2)} times the first; bar: at most 1.7`,
);
