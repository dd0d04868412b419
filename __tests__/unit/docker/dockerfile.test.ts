import { readFileSync } from "node:fs";
import path from "node:path";

const DOCKER_DIR = path.resolve(__dirname, "../../../docker");

/** A Dockerfile without comments, an instruction a line, by the name of the stage. */
function stagesOf(file: string): Map<string, string[]> {
  const text = readFileSync(path.join(DOCKER_DIR, file), "utf8")
    .replace(/^#.*\n/gm, "")
    .replace(/\s*\\\n\s*/g, " ");
  const stages = new Map<string, string[]>();
  let current: string[] = [];
  stages.set("", current);
  for (const line of text.split("\n").filter(Boolean)) {
    if (line.startsWith("FROM ")) {
      stages.set(/ AS (\S+)$/.exec(line)?.[1] ?? "healthcheck", (current = []));
    }
    current.push(line);
  }
  return stages;
}

const stages = new Map([...stagesOf("Dockerfile.healthcheck"), ...stagesOf("Dockerfile")]);
const linesOf = (name: string, keyword: string) =>
  (stages.get(name) ?? []).filter((line) => line.startsWith(`${keyword} `));
const all = (keyword: string) => [...stages.keys()].flatMap((name) => linesOf(name, keyword));

describe.each(["cli", "web", "migrate", "healthcheck"])("the image %s", (name) => {
  test("runs as a user by number, which is not root", () => {
    expect(linesOf(name, "USER")).toEqual([expect.stringMatching(/ [1-9]\d*:[1-9]\d*$/)]);
  });

  test("defines how its health is checked", () => {
    expect(linesOf(name, "HEALTHCHECK")).toHaveLength(1);
  });

  test("starts its program without a shell between it and SIGTERM", () => {
    expect(linesOf(name, "ENTRYPOINT")).toEqual([expect.stringMatching(/^ENTRYPOINT \[.*\]$/)]);
  });

  test("has the labels of the OCI that name its source", () => {
    for (const label of ["title", "description", "version", "revision", "source"]) {
      expect(linesOf(name, "LABEL").join()).toContain(`org.opencontainers.image.${label}=`);
    }
  });

  test("gives every file that it copies a mode, whatever the umask of the checkout was", () => {
    for (const copy of linesOf(name, "COPY")) expect(copy).toContain("--chmod=");
  });
});

test("every base is an argument with version and digest, the same in both files", () => {
  const bases = ["Dockerfile", "Dockerfile.healthcheck"].flatMap((file) =>
    (stagesOf(file).get("") ?? []).map((line) => line.replace("ARG ", "")),
  );

  for (const base of bases) {
    expect(base).toMatch(/^[A-Z]+_IMAGE=[a-z]+:[\w.-]*trixie[\w.-]*@sha256:[0-9a-f]{64}$/);
  }
  expect(new Set(bases).size).toBe(3);
  for (const from of all("FROM")) {
    const image = from.split(" ").find((word, index) => index > 0 && !word.startsWith("--"))!;
    if (image === "scratch" || stages.has(image)) continue;
    expect(bases.map((base) => `\${${base.split("=")[0]}}`)).toContain(image);
  }
});

test("every download is checked against a checksum, and is a stage that a context can replace", () => {
  expect(all("ADD")).toEqual([expect.stringMatching(/^ADD --checksum=sha256:\$\{\w+\} https:/)]);
  expect(linesOf("rds-ca", "ADD")).toEqual(all("ADD"));
  expect(linesOf("zig", "FROM")).toEqual(["FROM scratch AS zig"]);
  for (const run of all("RUN").filter((line) => line.includes("pip install"))) {
    expect(run).toContain("--require-hashes --only-binary=:all:");
  }
  expect(all("RUN").join()).not.toMatch(/curl|wget -|https:/);
});

test("the builder's own platform builds, for amd64 and arm64", () => {
  for (const name of ["zig-wheel", "page", "build"]) {
    expect(linesOf(name, "FROM")[0]).toContain("--platform=$BUILDPLATFORM");
  }
  expect(linesOf("cli-build", "RUN")[0]).toMatch(/amd64\) arch=x86_64.*arm64\) arch=aarch64/);
});
