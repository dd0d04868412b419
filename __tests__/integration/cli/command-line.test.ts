import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { devNull, tmpdir } from "node:os";
import { join } from "node:path";
import { declareCommands } from "../../../src/cli/commands";
import { plueEnds, project } from "../../support/plue";

const names = declareCommands({ projectDir: project }).map((command) => command.name());

describe("the command line without AWS", () => {
  let home: string;
  let env: NodeJS.ProcessEnv;

  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), "plue-home-"));
    // No credentials, even if the developer who runs the tests has some.
    const own = Object.entries(process.env).filter(([name]) => !name.startsWith("AWS_"));
    env = {
      ...Object.fromEntries(own),
      HOME: home,
      AWS_CONFIG_FILE: devNull,
      AWS_SHARED_CREDENTIALS_FILE: devNull,
      AWS_EC2_METADATA_DISABLED: "true",
    };
  });

  afterAll(() => rmSync(home, { recursive: true, force: true }));

  const ends = (code: number, ...args: string[]) => plueEnds(code, args, env);

  test.each([[], ...names.map((name) => [name])])(
    "help fits 80 columns: plue %s",
    async (...name) => {
      const { stdout } = await ends(0, ...name, "--help");
      expect(stdout).toContain(["Usage: plue", ...name].join(" "));
      for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    },
  );

  test("npx finds plue in the project", () => {
    const help = execFileSync("npx", ["--no-install", "plue", "--help"], {
      cwd: project,
      encoding: "utf8",
      env,
    });
    expect(help).toContain("Usage: plue");
  });

  test.each([
    [["deply"], "Did you mean deploy?"],
    [["deploy"], "missing required argument 'environment'"],
    [["deploy", "dev", "--ye"], "Did you mean --yes?"],
    [["deploy", "prodution"], "Did you mean production?"],
    [["restart", "dev", "database"], "api or web"],
    [["logs", "dev", "api", "--since", "soon"], "90s, 10m, 2h or 1d"],
  ])("a mistake ends with exit code 2: plue %j", async (args, guess) => {
    const { stdout, stderr } = await ends(2, ...args);
    expect(stderr).toContain(guess);
    expect(stdout).toBe("");
  });

  // Commands that use only this machine, and commands that fail for another reason before they call AWS.
  const withoutAws = ["check-source", "cost", "diagram", "local", "prices", "providers", "review"];
  const failsEarlier = ["images", "adopt"];
  test.each(names.filter((name) => ![...withoutAws, ...failsEarlier].includes(name)))(
    "without credentials a person must log in: plue %s",
    async (name) => {
      const service = ["restart", "rollback", "exec", "logs"].includes(name) ? ["api"] : [];
      const args = name === "dr" ? ["plan", "dev", "--region", "us-west-2"] : ["dev", ...service];
      const { stderr } = await ends(2, name, ...args);
      expect(stderr).toContain("found no AWS credentials");
      expect(stderr).not.toMatch(/^\s+at /m);
    },
  );

  test.each(["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS"])(
    "the message names an endpoint by %s that does not respond",
    async (variable) => {
      const keys = { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" };
      const given = { ...env, ...keys, [variable]: "http://127.0.0.1:9" };
      const { stderr } = await plueEnds(1, ["status", "dev"], given);
      expect(stderr).toContain("no answer from http://127.0.0.1:9 ");
    },
  );

  test.each(["bash", "zsh", "fish"])("completion prints a script for %s", async (shell) => {
    const { stdout } = await ends(0, "completion", shell);
    expect(stdout).toContain("plue");
  });

  test.each([
    ["plue st", "status"],
    ["plue deploy ", "dev production local"],
    ["plue deploy dev --m", "--migrate"],
    ["plue deploy $(touch evaluated)", ""],
  ])("bash completes %j to %j, with nothing but bash", (line, offers) => {
    const bin = mkdtempSync(join(home, "bin-"));
    symlinkSync(join(project, "bin/plue.js"), join(bin, "plue"));
    // As readline calls the function: with the words of the line.
    const script = `eval "$(plue completion bash)"; eval "$(plue completion bash)"
      IFS=' ' read -ra COMP_WORDS <<<"$1"; [[ $1 = *' ' ]] && COMP_WORDS+=("")
      COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _plue plue "\${COMP_WORDS[-1]}"; echo "\${COMPREPLY[*]}"`;
    const offered = execFileSync("bash", ["--norc", "-c", script, "bash", line], {
      cwd: bin,
      encoding: "utf8",
      env: { ...env, PATH: `${bin}:${process.env.PATH}` },
    });
    expect(offered.trim()).toBe(offers);
    expect(readdirSync(bin)).toEqual(["plue"]);
  });

  test.each([
    [["depl"], "deploy"],
    [["deploy", ""], "production"],
    [["logs", "dev", ""], "database"],
    [["deploy", "dev", "--m"], "--migrate"],
  ])("completion of %j offers %s", async (words, offer) => {
    const { stdout } = await ends(0, "complete", "--", ...words);
    expect(stdout.split("\n").map((line) => line.split("\t")[0])).toContain(offer);
  });
});
