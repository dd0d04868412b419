// Loaded before what is measured: Node.js tells only a process itself how much memory it has used.
const { writeSync } = require("node:fs");

process.on("exit", () => writeSync(3, String(process.resourceUsage().maxRSS)));
