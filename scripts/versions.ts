import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

/*
 * Compiles the sources with other packages than the installed ones, and compares the synthesized stacks. The
 * packages are installed below .cache and are not dependencies, because each has 400 MB.
 */
interface Variant {
  readonly packages: Readonly<Record<string, string>>;
  /** Replacements in the sources that a move to these packages needs. */
  readonly replacements: readonly (readonly [from: RegExp, to: string])[];
}

const variants: Readonly<Record<string, Variant>> = {
  "bindings for AWS provider 6": {
    packages: { "@cdktf/provider-aws": "21.22.1" },
    replacements: [],
  },
  cdktn: {
    packages: {
      cdktn: "0.24.0",
      "@cdktn/provider-aws": "25.7.0",
      "@cdktn/provider-random": "15.0.1",
      constructs: "10.6.0",
    },
    replacements: [
      [/@cdktf\/provider-/g, "@cdktn/provider-"],
      [/"cdktf"/g, '"cdktn"'],
    ],
  },
};

const project = resolve(__dirname, "..");

function run(folder: string, program: string, args: readonly string[], env = {}): void {
  execFileSync(program, args, { cwd: folder, stdio: "inherit", env: { ...process.env, ...env } });
}

/** The synthesized stacks, without the version of cdktf and the sources and versions of providers. */
function stacks(outdir: string): Record<string, string> {
  const folder = join(outdir, "stacks");
  const without = (key: string, value: unknown) =>
    key === "required_providers" || key === "version" || key === "stackTraces" ? undefined : value;
  return Object.fromEntries(
    readdirSync(folder).map((name) => {
      const json = readFileSync(join(folder, name, "cdk.tf.json"), "utf8");
      return [name, JSON.stringify(JSON.parse(json, without), null, 2)];
    }),
  );
}

/** The first line that differs between two texts. */
function difference(one: string, other: string): string {
  const [left, right] = [one.split("\n"), other.split("\n")];
  const at = left.findIndex((line, index) => line !== right[index]);
  return `line ${at + 1}:\n- ${left[at]}\n+ ${right[at]}`;
}

function synthesizeWith(name: string, { packages, replacements }: Variant): Record<string, string> {
  const folder = join(project, ".cache", "versions", name.replace(/\W+/g, "-"));
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ private: true, dependencies: packages }),
  );
  // Other packages are resolved from node_modules of the project, above this folder.
  const quiet = ["--no-audit", "--no-fund", "--no-package-lock", "--legacy-peer-deps"];
  run(folder, "npm", ["install", "--silent", "--prefer-offline", ...quiet]);

  rmSync(join(folder, "src"), { recursive: true, force: true });
  for (const part of ["src", "main.ts"]) {
    cpSync(join(project, part), join(folder, part), { recursive: true });
  }
  const sources = readdirSync(join(folder, "src"), { recursive: true, encoding: "utf8" });
  for (const source of sources.filter((file) => file.endsWith(".ts"))) {
    const file = join(folder, "src", source);
    const text = readFileSync(file, "utf8");
    const replaced = replacements.reduce((all, [from, to]) => all.replace(from, to), text);
    if (replaced !== text) writeFileSync(file, replaced);
  }
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ extends: "../../../tsconfig.json", include: ["main.ts", "src"], exclude: [] }),
  );
  run(folder, join(project, "node_modules/.bin/tsc"), ["-p", "tsconfig.json"]);
  const outdir = join(folder, "cdktf.out");
  rmSync(outdir, { recursive: true, force: true });
  run(folder, process.execPath, ["-r", "tsx/cjs", "main.ts"], { CDKTF_OUTDIR: outdir });
  return stacks(outdir);
}

const outdir = join(project, ".cache", "versions", "as-installed");
rmSync(outdir, { recursive: true, force: true });
mkdirSync(join(outdir, ".."), { recursive: true });
run(project, process.execPath, ["bin/synth.js"], { CDKTF_OUTDIR: outdir });
const expected = stacks(outdir);
for (const [name, variant] of Object.entries(variants)) {
  const found = synthesizeWith(name, variant);
  for (const stack of Object.keys(expected)) {
    const same = expected[stack] === found[stack];
    console.log(`${name}, ${stack}: ${same ? "the same except for versions" : "DIFFERS"}`);
    if (same) continue;
    console.log(difference(expected[stack]!, found[stack] ?? ""));
    process.exitCode = 1;
  }
}
