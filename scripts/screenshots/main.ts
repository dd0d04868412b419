import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { homedir, hostname, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { cleanEnvironment } from "../../src/embedded-aws/environment";
import { commitOf } from "../../src/operations/deploy/images";
import { capture } from "../../src/process/run";
import { Steps } from "../../src/terminal/steps";
import { record, type Recording } from "./recording";
import { film, still } from "./terminal-svg";

/*
 * Creates the pictures in docs/pictures that show real runs: a deployment to an embedded AWS in a copy of this
 * project, whose settings are then changed. Takes about six minutes. It needs the same as `npm run local`, Chromium (the
 * path in CHROMIUM, or `chromium` on the PATH), a Docker engine and Plue's source, PLUE_SOURCE or ../plue.
 * PLUE_BUILD_OPTIONS are options of `docker build`.
 */
const project = resolve(__dirname, "../..");
const pictures = join(project, "docs/pictures");

const buildOptions = process.env.PLUE_BUILD_OPTIONS ? ` -- ${process.env.PLUE_BUILD_OPTIONS}` : "";

/** The changes in the plan of the page, written to src/environments/local.ts of the copy. */
const changes = `
  apiServer: { ...dev.apiServer, size: { cpu: 512, memoryLimitMiB: 1024 }, maxCapacity: 4 },
  cache: { kind: "nodes", nodeType: "cache.t4g.micro", replicas: 1 },
  storage: { ...dev.storage, backups: false },
  budget: { monthlyDollars: 120 },
};
`;

async function main(): Promise<void> {
  const steps = new Steps();
  const folder = mkdtempSync(join(tmpdir(), "plue-screenshots-"));
  const copy = join(folder, "plue-infrastructure");
  mkdirSync(copy);
  const source = resolve(process.env.PLUE_SOURCE ?? join(project, "../plue"));
  symlinkSync(source, join(folder, "plue"));
  const tag = (await commitOf(source)).slice(0, 12);
  for (const part of ["bin", "docker", "src", "main.ts", "package.json", "cdktf.json"]) {
    cpSync(join(project, part), join(copy, part), { recursive: true });
  }
  symlinkSync(join(project, "node_modules"), join(copy, "node_modules"));
  const env = {
    ...cleanEnvironment(),
    TERM: "xterm-256color",
    npm_config_progress: "false",
    npm_config_update_notifier: "false",
  };
  const terminal = { columns: 100, rows: 26, cwd: copy, env, replace: machineWords(copy) };
  const write = (name: string, content: string | Uint8Array) => {
    if (typeof content === "string") refuseMachineWords(name, content, copy);
    writeFileSync(join(pictures, name), content);
  };
  mkdirSync(pictures, { recursive: true });
  try {
    const session = await steps.run("Record a session", () =>
      record({
        ...terminal,
        title: "npm run local deploys the whole stack to an embedded AWS, which runs Plue",
        commands: [
          "npm run local",
          "npx plue cost local --if apiServer.minCapacity=2",
          `npx plue images local --source ../plue 2>/dev/null${buildOptions}`,
          `npx plue deploy local --tag ${tag} --migrate --yes`,
          "curl -i http://127.0.0.1:8080/api/health",
          "curl http://127.0.0.1:8080",
        ],
      }),
    );
    write("session.svg", film(session));
    const screens: Record<string, Recording> = {
      status: await record({
        ...terminal,
        columns: 80,
        title: "plue status",
        commands: ["npx plue status local"],
      }),
      doctor: await record({
        ...terminal,
        title: "plue doctor",
        commands: ["npx plue doctor local"],
      }),
    };
    for (const [name, recording] of Object.entries(screens)) write(`${name}.svg`, still(recording));
    const page = join(copy, "plan.html");
    await steps.run("Plan other settings", async () => {
      const file = join(copy, "src/environments/local.ts");
      writeFileSync(file, readFileSync(file, "utf8").replace(/\};\n$/, changes.trimStart()));
      const plan = ["bin/plue.js", "plan", "local", "--tag", "v1.4.0", "--html", page];
      await run(plan, { cwd: copy, env });
    });
    refuseMachineWords("plan.html", readFileSync(page, "utf8"), copy);
    write("plan.png", await steps.run("Photograph the page", () => photograph(page)));
  } finally {
    await steps.run("Remove the embedded AWS", () =>
      run(["bin/plue.js", "local", "down"], { cwd: copy, env }),
    );
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @throws Error with the output if it fails */
async function run(args: readonly string[], options: { cwd: string; env: NodeJS.ProcessEnv }) {
  const { code, stderr } = await capture(process.execPath, args, options);
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}:\n${stderr.slice(-2000)}`);
}

async function photograph(page: string): Promise<Uint8Array> {
  const { stdout } = await capture("sh", [
    "-c",
    "command -v chromium chromium-browser google-chrome",
  ]);
  const executablePath = process.env.CHROMIUM ?? stdout.split("\n")[0];
  const browser = await chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu"],
  });
  try {
    const tab = await browser.newPage({ viewport: { width: 1400, height: 1500 } });
    await tab.goto(pathToFileURL(page).href);
    return await tab.screenshot();
  } finally {
    await browser.close();
  }
}

/** Texts that identify this machine, and their replacements in a picture. */
const machineWords = (copy: string): [RegExp | string, string][] => [
  [copy, "~/plue-infrastructure"],
  [buildOptions, ""],
  [/(Find the Terraform providers: )\/\S+/g, "$1a folder on this machine"],
  [homedir(), "~"],
];

/** @throws Error if a picture still contains a text that identifies this machine */
function refuseMachineWords(name: string, text: string, copy: string): void {
  const words = [copy, project, homedir(), hostname(), "/usr/", "/opt/", "/home/"];
  const found = words.filter((word) => word.length > 3 && text.includes(word));
  if (found.length > 0) throw new Error(`${name} would show ${found.join(", ")}`);
}

void main();
