import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ActionRequired, PlueError } from "../process/errors";
import { capture } from "../process/run";
import { temporaryFile } from "../process/temporary";
import { writeWhole } from "../process/write-whole";

/** The S3 backend of a synthesized stack: what `terraform.backend.s3` says. */
export interface S3Backend {
  readonly bucket: string;
  /** The state's key in the bucket. */
  readonly key: string;
  readonly region: string;
  /** Table of the lock. */
  readonly dynamodb_table: string;
  /** Whether a file beside the state locks it too. */
  readonly use_lockfile?: boolean;
}

/** Where an environment's stack is synthesized and Terraform works on it. */
export interface StackFolder {
  /** Name of the environment and of its stack. */
  readonly name: string;
  /** Directory of this project. */
  readonly projectDir: string;
  /** Directory of the synthesized stack. */
  readonly stackDir: string;
}

/** A synthesized stack's JSON, as far as it is read here. */
export interface SynthesizedStack {
  /** Addresses in the old project's state by those in the stack, where it takes one over. */
  readonly "//"?: { legacy_addresses?: Record<string, string> };
  readonly resource: Record<string, Record<string, { "//"?: { metadata?: { path?: string } } }>>;
  readonly terraform: {
    backend: { s3: S3Backend };
    required_version?: string;
    required_providers: Stack["requiredProviders"];
  };
}

/** A synthesized stack: what its JSON tells about modules. */
export interface Stack {
  /** Where its state is. */
  readonly backend: S3Backend;
  /** Whether the stack expects an object of the old project there. */
  readonly isAdopted: (address: string) => boolean;
  /** The versions of Terraform that it runs on. */
  readonly requiredVersion: string;
  /** The providers that it runs on, and the versions that it takes. */
  readonly requiredProviders: Readonly<Record<string, { source: string; version: string }>>;
  /** Its modules: the constructs right below the stack. */
  readonly modules: readonly string[];
  /** The module of a resource, by its address without an index; undefined for one not in the code. */
  moduleOf(address: string): string | undefined;
  /**
   * The addresses of all resources of some modules.
   * @throws ActionRequired if there is no such module
   */
  addressesOf(modules: readonly string[]): string[];
}

/**
 * Synthesizes all stacks, puts the one of an environment into its folder, and reads it.
 * @throws PlueError if the code does not synthesize
 */
export async function synthesize({ name, projectDir, stackDir }: StackFolder): Promise<Stack> {
  // All stacks are written at once, and a command for another environment may be reading its own.
  const outdir = temporaryFile("synthesized");
  const { code, stdout, stderr } = await capture(process.execPath, ["bin/synth.js"], {
    cwd: projectDir,
    env: { ...process.env, CDKTF_OUTDIR: outdir },
  });
  if (code !== 0) {
    // Of a stack trace only the message is of use here.
    const lines = `${stdout}${stderr}`.trim().split("\n");
    const message = lines.filter((line) => !/^\s+at |^Node\.js v/.test(line)).join("\n");
    throw new PlueError(`the stacks do not synthesize:\n${message}`, {
      advice: ["Correct the settings or constructs that it names, then run the command again."],
    });
  }
  const written = join(outdir, "stacks", name);
  mkdirSync(stackDir, { recursive: true });
  for (const file of readdirSync(written)) {
    writeWhole(join(stackDir, file), readFileSync(join(written, file), "utf8"));
  }
  return readStack(
    JSON.parse(readFileSync(join(stackDir, "cdk.tf.json"), "utf8")) as SynthesizedStack,
  );
}

/** Reads a synthesized stack. */
export function readStack({ "//": comment, resource, terraform }: SynthesizedStack): Stack {
  const adopted = new Set(Object.keys(comment?.legacy_addresses ?? {}));
  const pathByAddress = new Map<string, string>();
  for (const [type, resources] of Object.entries(resource)) {
    for (const [name, block] of Object.entries(resources)) {
      const [, ...path] = (block["//"]?.metadata?.path ?? "").split("/");
      pathByAddress.set(`${type}.${name}`, path.join("/"));
    }
  }
  const moduleIn = (path: string) => (path.includes("/") ? path.split("/")[0]! : "stack");
  const modules = [...new Set([...pathByAddress.values()].map(moduleIn))];
  const withoutIndex = (address: string) => address.replace(/\[.*\]$/, "");
  return {
    backend: terraform.backend.s3,
    requiredVersion: terraform.required_version ?? "*",
    requiredProviders: terraform.required_providers,
    modules,
    isAdopted: (address) => adopted.has(withoutIndex(address)),
    moduleOf: (address) => {
      const path = pathByAddress.get(withoutIndex(address));
      return path === undefined ? undefined : moduleIn(path);
    },
    addressesOf: (wanted) => {
      const unknown = wanted.find((module) => !modules.includes(module));
      if (unknown !== undefined) {
        throw new ActionRequired(
          `there is no module "${unknown}"`,
          `There are ${modules.toSorted().join(", ")}.`,
        );
      }
      return [...pathByAddress]
        .filter(([, path]) => wanted.includes(moduleIn(path)))
        .map(([address]) => address);
    },
  };
}
