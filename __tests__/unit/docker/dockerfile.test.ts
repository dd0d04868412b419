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
    for (const name of ["zig-amd64", "zig-arm64", "page"]) {
      expect(values(image(name), "FROM")[0]).toMatch(/^--platform=\$BUILDPLATFORM /);
    }
    const [build] = values(image("cli-build"), "RUN");
    expect(build).toContain("amd64) arch=x86_64");
    expect(build).toContain("arm64) arch=aarch64");
  });
});

describe("what the task definitions and the compose file count on", () => {
  test("the API image starts Plue and the proxy before it, on 8000 and 8080, as the owner of the EFS access point", () => {
    const api = image("cli");

    expect(values(api, "USER")).toEqual(["1000:1000"]);
    expect(values(api, "ENTRYPOINT")[0]).toMatch(/"\/opt\/plue-api\/entrypoint.sh"\]$/);
    expect(values(api, "CMD")).toEqual(['["server"]']);
    expect(values(api, "EXPOSE")).toEqual(["8000 8080"]);
    expect(values(api, "RUN").join(" ")).toContain("/git-repos");
  });

  test.each(["cli", "web"])("the one place that nginx writes to in %s is /tmp", (name) => {
    expect(values(image(name), "VOLUME")).toEqual(['["/tmp"]']);
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

describe("every command is there in the stage that runs it", () => {
  /** Commands that Alpine's busybox and libc bring, as far as these files use them. */
  const ALPINE =
    "addgroup adduser apk awk chown cp find grep gzip install ln mkdir mv sed sh sleep tar wget";
  /** What each base brings beside them. */
  const BASES: Record<string, string> = {
    ALPINE_IMAGE: "",
    NGINX_IMAGE: "nginx",
    NODE_IMAGE: "node npm npx which",
    PYTHON_IMAGE: "python pip",
  };
  /** What a package of Alpine brings. */
  const PACKAGES: Record<string, string> = {
    "ca-certificates": "",
    git: "git",
    "libcap-setcap": "setcap",
    nginx: "nginx",
    stunnel: "stunnel",
    tini: "/sbin/tini",
  };
  const BUILT_IN =
    "[ { } . case cat cd command do done echo else esac exec exit export fi for if in kill " +
    "local printf read return set shift test then trap true unset until wait while fail";

  /** A stage with those that it is built from, first ones first; each with the base's commands. */
  function ancestry(name: string): string[] {
    const from = values(image(name), "FROM")[0] ?? "";
    const base = /^(?:--platform=\S+ )?(\S+)/.exec(from)?.[1] ?? "";
    const parent = base.replace("zig-${BUILDARCH}", "zig-amd64");
    return stages.has(parent) ? [...ancestry(parent), name] : [name];
  }

  /** What can be called in a stage. */
  function available(name: string): Set<string> {
    const line = ancestry(name);
    const from = values(image(line[0]!), "FROM")[0] ?? "";
    const base = /\$\{(\w+_IMAGE)\}/.exec(from)?.[1] ?? "";
    const instructions = line.flatMap((stage) => image(stage));
    const runs = values(instructions, "RUN").join(" && ");
    const installed = [...runs.matchAll(/apk add ([^&]+)/g)]
      .flatMap(([, packages]) => packages!.split(/\s+/))
      .filter((word) => word && !/^-|^\.setcap$/.test(word));
    const copied = values(instructions, "COPY").flatMap((copy) => {
      const words = copy.split(/\s+/);
      const [source, target] = [words.at(-2)!, words.at(-1)!];
      if (target.startsWith("/usr/local/bin/")) return [target.split("/").at(-1)!];
      if (!target.startsWith("/opt/")) return [];
      return source.startsWith("nginx/")
        ? [`${target}run-nginx.sh`, `${target}entrypoint.sh`]
        : [`${target}entrypoint.sh`];
    });
    return new Set([
      ...ALPINE.split(" "),
      ...(BASES[base] ?? "").split(" "),
      ...installed.flatMap((each) => {
        if (!(each in PACKAGES)) throw new Error(`What does the package ${each} bring?`);
        return PACKAGES[each]!.split(" ");
      }),
      ...(runs.includes("/opt/zig") ? ["zig"] : []),
      ...copied,
    ]);
  }

  /** The first word of each simple command of a shell's script. */
  function commands(script: string): string[] {
    return script
      .replace(/#.*$/gm, "")
      .replace(/\\\n/g, " ")
      .replace(/<<(\w+)[\s\S]*?\n\1\n/g, "\n")
      .replace(/"(?:[^"\\]|\\.)*"|'[^']*'/g, "STRING")
      .replace(/\$\([^)]*\)|\$\{[^}]*\}/g, "VALUE")
      .split(/&&|\|\||;;|;|\||\n|(?<!>)&(?!>)/)
      .map((part) =>
        part
          .trim()
          .replace(
            /^(?:[\w*[\]!.\\ |-]+\)\s*|(?:if|while|until|then|else|do|exec|!|\{)\s+|\w+=\S*\s+)+/,
            "",
          ),
      )
      .map((part) => part.split(/\s+/)[0] ?? "")
      .filter((word) => /^[a-z./][\w./-]*$/.test(word) && !BUILT_IN.split(" ").includes(word));
  }

  /** What Plue's build asks of the machine: the system commands in its build.zig. */
  const buildZig = readFileSync(
    path.resolve(__dirname, "../../fixtures/docker/plue/build.zig"),
    "utf8",
  );
  const zigBuildCalls = [
    ...buildZig.matchAll(/addSystemCommand\(&\[_\]\[\]const u8\{ "(\w+)"/g),
  ].map(([, command]) => command!);

  const exec = (instruction: string) =>
    JSON.parse(instruction.replace(/^.*?(?=\[)/, "")) as string[];

  test.each([...stages.keys()].filter((name) => name && !["plue", "rds-ca"].includes(name)))(
    "in %s",
    (name) => {
      const here = image(name);
      const runs = values(here, "RUN").map((run) => run.replace(/^(--\S+\s+)+/, ""));
      const starts = ["CMD", "ENTRYPOINT", "HEALTHCHECK"]
        .flatMap((keyword) => values(here, keyword))
        .filter((value) => value.includes("["))
        .map(exec)
        .filter(([first]) => first !== "server");
      const asked = [
        ...runs.flatMap(commands),
        ...starts.flatMap(([program, flag, script]) =>
          flag === "-c" ? [program!, ...commands(script!)] : [program!],
        ),
      ];
      const withinZig = [...runs, ...starts.flat()].some((run) => run.includes("zig build"))
        ? zigBuildCalls
        : [];

      for (const command of [...asked, ...withinZig])
        expect([...available(name)]).toContain(command);
    },
  );

  test.each([
    ["cli", "api/entrypoint.sh"],
    ["cli", "nginx/run-nginx.sh"],
    ["web", "web/entrypoint.sh"],
    ["web", "nginx/run-nginx.sh"],
  ])("what %s's %s calls", (name, file) => {
    const script = readFileSync(path.join(DOCKER_DIR, file), "utf8");
    const own = [...script.matchAll(/^(\w+)\(\) \{/gm)].map(([, functionName]) => functionName!);

    for (const command of commands(script).filter((each) => !own.includes(each))) {
      expect([...available(name)]).toContain(command);
    }
  });

  test("the fixture's build asks for what Plue's does", () => {
    expect([...new Set(zigBuildCalls)]).toEqual(["which", "npm"]);
  });

  test("a stage that builds with Zig but has no npm would be found", () => {
    expect([...available("cli")]).not.toContain("npm");
    expect(commands('mkdir /x && tar -x -f y; [ -z "$a" ] || exec zig build')).toEqual([
      "mkdir",
      "tar",
      "zig",
    ]);
  });
});
