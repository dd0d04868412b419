"use strict";
// Runs main.ts for `cdktf synth` and `cdktf deploy`.

require("./load")("main");
