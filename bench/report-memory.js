// Loaded before the measured program: only a process itself can read from Node.js how much memory it has used.
const { writeSync } = require("node:fs");

process.on("exit", () => writeSync(3, String(process.resourceUsage().maxRSS)));
