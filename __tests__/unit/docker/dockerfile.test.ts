import { readFileSync } from "node:fs";
import path from "node:path";

import {
  type Dockerfile,
  DockerfileParser,
  type From,
  type Instruction,
  ModifiableInstruction,
} from "dockerfile-ast";

const DOCKER_DIR = path.resolve(__dirname, "../../../docker");
const IMAGES = ["cli", "web", "migrate"];

const read = (name: string) =>
  DockerfileParser.parse(readFileSync(path.join(DOCKER_DIR, name), "utf8"));

/** The instructions of each stage, by the stage's name. */
function stagesOf(dockerfile: Dockerfile): Map<string, Instruction[]> {
  const stages = new Map<string, Instruction[]>();
  let current: Instruction[] = [];
  for (const instruction of dockerfile.getInstructions()) {
    if (instruction.getKeyword() === "FROM") {
      stages.set((instruction as From).getBuildStage() ?? "", (current = []));
    }
    current.push(instruction);
  }
  return stages;
}

const dockerfile = read("Dockerfile");
const stages = stagesOf(dockerfile);
const healthcheck = read("Dockerfile.healthcheck");

/** What follows a keyword in a stage, flags included, one entry an instruction, on one line. */
function values(instructions: Instruction[], keyword: string): string[] {
  return instructions
    .filter((instruction) => instruction.getKeyword() === keyword)
    .map((instruction) => {
      const flags = instruction instanceof ModifiableInstruction ? instruction.getFlags() : [];
      const content = instruction.getArgumentsContent()?.replace(/\s*\\\n\s*/g, " ") ?? "";
      return [...flags.map(String), content].join(" ");
    });
}

const image = (name: string) => stages.get(name) ?? [];
const finalImages: [string, Instruction[]][] = [
  ...IMAGES.map((name): [string, Instruction[]] => [name, image(name)]),
  ["healthcheck", healthcheck.getInstructions()],
];

describe.each(finalImages)("the image %s", (_name, instructions) => {
  test("runs as a user by number, which is not root", () => {
    const [user] = values(instructions, "USER").slice(-1);

    expect(user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  });

  test("says how its health is known", () => {
    expect(values(instructions, "HEALTHCHECK")).toHaveLength(1);
  });

  test("starts its program without a shell between it and SIGTERM", () => {
    expect(values(instructions, "ENTRYPOINT")[0]).toMatch(/^\[.*\]$/);
  });

  test("has the labels of the OCI that tell where it comes from", () => {
    const labels = values(instructions, "LABEL").join(" ");

    for (const label of ["title", "description", "version", "revision", "source"]) {
      expect(labels).toContain(`org.opencontainers.image.${label}=`);
    }
  });

  test("keeps no tool that builds or installs", () => {
    const runs = values(instructions, "RUN").join("\n");

    expect(runs).not.toMatch(/\b(gcc|make|zig|npm|musl-dev|build-base)\b/);
    expect(runs.includes("pip install")).toBe(runs.includes("pip uninstall -y pip"));
    expect(runs.includes("--virtual .setcap")).toBe(runs.includes("apk del .setcap"));
  });

  test("installs Python's packages by checksum only", () => {
    for (const install of values(instructions, "RUN")
      .join(" && ")
      .match(/pip install[^&]*/g) ?? []) {
      expect(install).toContain("--require-hashes");
      expect(install).toContain("--only-binary=:all:");
    }
  });
});

describe("bases and downloads", () => {
  const files = [
    ["Dockerfile", dockerfile],
    ["Dockerfile.healthcheck", healthcheck],
  ] as const;

  test.each(files)("every base of %s is an argument with version and digest", (_name, file) => {
    const bases = new Map(
      file.getInitialARGs().map((arg) => {
        const property = arg.getProperty();
        return [property?.getName(), property?.getValue() ?? ""];
      }),
    );
    const used = file
      .getFROMs()
      .map((from) => from.getImage() ?? "")
      .filter((base) => base !== "scratch" && !stages.has(base) && !base.startsWith("zig-"));

    expect(used.length).toBeGreaterThan(0);
    for (const base of used) {
      expect(bases.get(base.replace(/^\$\{(\w+)\}$/, "$1"))).toMatch(
        /^[a-z]+:\d+\.\d+\.\d+[\w.-]*@sha256:[0-9a-f]{64}$/,
      );
    }
  });

  test("both files have the same Python", () => {
    const python = (file: Dockerfile) =>
      file
        .getInitialARGs()
        .map((arg) => arg.getArgumentsContent())
        .find((argument) => argument?.startsWith("PYTHON_IMAGE="));

    expect(python(healthcheck)).toBe(python(dockerfile));
  });

  test("whatever is downloaded is checked against a checksum that an argument can change", () => {
    const downloads = values(dockerfile.getInstructions(), "ADD");

    expect(downloads).toHaveLength(3);
    for (const download of downloads) {
      expect(download).toMatch(/^--checksum=sha256:\$\{\w+\} .*https:\/\//);
    }
    expect(values(dockerfile.getInstructions(), "RUN").join(" ")).not.toMatch(/curl|wget|https:/);
  });

  test("what builds runs on the building machine's platform, for amd64 and arm64", () => {
    for (const name of ["zig-amd64", "zig-arm64", "web-build"]) {
      expect(values(image(name), "FROM")[0]).toMatch(/^--platform=\$BUILDPLATFORM /);
    }
    const [build] = values(image("cli-build"), "RUN");
    expect(build).toContain("amd64) arch=x86_64");
    expect(build).toContain("arm64) arch=aarch64");
  });
});

describe("what the task definitions and the compose file count on", () => {
  test("the API runs `plue server` on 8000 as the owner of the EFS access point", () => {
    const api = image("cli");

    expect(values(api, "USER")).toEqual(["1000:1000"]);
    expect(values(api, "ENTRYPOINT")[0]).toMatch(/"plue"\]$/);
    expect(values(api, "CMD")).toEqual(['["server"]']);
    expect(values(api, "ENV").join(" ")).toContain("PORT=8000");
    expect(values(api, "RUN").join(" ")).toContain("/git-repos");
  });

  test("the web app's one writable place is /tmp", () => {
    expect(values(image("web"), "VOLUME")).toEqual(['["/tmp"]']);
  });

  test("the API and the migrations know RDS's certificate authorities", () => {
    for (const name of ["cli", "migrate"]) {
      const file = "/etc/ssl/certs/rds-global-bundle.pem";
      expect(values(image(name), "COPY")).toContainEqual(
        `--from=rds-ca /rds-global-bundle.pem ${file}`,
      );
      expect(values(image(name), "ENV").join(" ")).toContain(`PGSSLROOTCERT=${file}`);
    }
  });
});
