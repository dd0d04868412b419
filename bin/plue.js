#!/usr/bin/env node
"use strict";

const { dirname } = require("node:path");

require("./load")("src/cli/main")
  .main(dirname(__dirname), process.argv.slice(2))
  .then((code) => process.exit(code));
