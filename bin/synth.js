"use strict";
// What `cdktf synth` and `cdktf deploy` run: main.ts.

require("./load")("main");
