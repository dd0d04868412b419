import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";

import Ajv2020 from "ajv/dist/2020";
import addFormats from "ajv-formats";
import { parse } from "yaml";

import { DOCKER_DIR } from "../../support/docker/tools";
import { describeWith, machine, pathOf } from "../../support/machine";

const { hadolint, composeSchema } = machine();

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

describeWith([composeSchema])("the compose specification's schema", () => {
  const validate = () => {
    const ajv = addFormats(new Ajv2020({ strict: false, allErrors: true }));
    return ajv.compile(JSON.parse(readFileSync(pathOf(composeSchema), "utf8")) as object);
  };
  const compose = () =>
    parse(readFileSync(path.join(DOCKER_DIR, "docker-compose.yml"), "utf8"), {
      merge: true,
    }) as { services: { web: Record<string, unknown> } };

  test("holds for docker-compose.yml", () => {
    const valid = validate();

    expect(valid(compose()) || valid.errors).toBe(true);
  });

  test("would find a key that Compose does not know", () => {
    const wrong = compose();
    wrong.services.web.read_onyl = true;

    expect(validate()(wrong)).toBe(false);
  });
});
