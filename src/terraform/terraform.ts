import { rmSync } from "node:fs";
import { join } from "node:path";
import semver from "semver";
import { terraformCliConfig, type CliConfig } from "./cli-config";
import { TERRAFORM_LOCK_FILE } from "../environments/lock-file";
import { ActionRequired, PlueError } from "../process/errors";
import { capture, follow, type Followed, type FollowOptions } from "../process/run";
import { temporaryFile } from "../process/temporary";
import { writeWhole } from "../process/files";
import { explainFailure } from "./failures";
import { readLockFile } from "./lock-file";
import type { PlanJson } from "./plan";
import { showProgress, type ProgressOptions } from "./progress";
import { findTerraform, registryOf, type TerraformProgram } from "./program";
import type { StateJson } from "./state";
import type { Stack, StackFolder } from "./stack";
import { variableArguments, type VariableOptions } from "./variables";

/** One output of a stack. */
export interface Output {
  readonly value: unknown;
  readonly sensitive: boolean;
}

/** An object that exists and that the state does not have. */
export interface Import {
  /** Its address in the code. */
  readonly address: string;
  /** The id by which Terraform imports it. */
  readonly id: string;
}

/** How Terraform's work is shown. */
export interface TerraformOptions {
  /** Called with the source of the providers, or that there is none. @default nobody */
  readonly onProviders?: (found: CliConfig) => void;
  /**
   * Use the state at another key of the bucket, and a data directory of its own beside the stack. Plans only
   * read that state, and do not lock it.
   * @default the stack's key
   */
  readonly stateKey?: string;
  /** Accept that the backend's settings have changed since the last time. @default false */
  readonly reconfigure?: boolean;
  /** File of a command's output. @default it is shown on standard error */
  readonly logOf?: (command: string) => string;
  /** Called with how far an apply is. @default it is shown on standard error */
  readonly onStatus?: (status: string) => void;
  /** Show all that Terraform prints, not only what matters. @default false */
  readonly verbose?: boolean;
  /**
   * Called with the process id of each Terraform, and whether it changes something; returns what to do when it
   * has ended. @default nothing
   */
  readonly onStart?: (pid: number, changes: boolean) => () => void;
}

/** Terraform at work in the directory of an environment's stack. */
export class Terraform {
  /** How many changes each saved plan makes, by its file. */
  private readonly planned = new Map<string, number>();

  private constructor(
    private readonly folder: StackFolder,
    /** The stack. */
    readonly stack: Stack,
    /** Terraform or OpenTofu. */
    readonly program: TerraformProgram,
    private readonly env: NodeJS.ProcessEnv,
    private readonly options: TerraformOptions,
  ) {}

  /** Connects the directory of a synthesized stack with its state. */
  static async init(
    folder: StackFolder,
    stack: Stack,
    options: TerraformOptions = {},
  ): Promise<Terraform> {
    const program = await findTerraform();
    refuseTooOld(program, folder, stack);
    const providers = await terraformCliConfig({ file: temporaryFile("terraformrc"), program });
    options.onProviders?.(providers);
    const { stateKey } = options;
    const env = {
      ...process.env,
      ...providers.variables,
      TF_IN_AUTOMATION: "1",
      ...(stateKey && { TF_DATA_DIR: ".terraform-other-state" }),
    };
    const terraform = new Terraform(folder, stack, program, env, options);
    const reconfigure = options.reconfigure ? ["-reconfigure"] : [];
    const backend = stateKey ? ["-reconfigure", `-backend-config=key=${stateKey}`] : reconfigure;
    await terraform.run(["init", "-input=false", ...backend]);
    return terraform;
  }

  /** Saves a plan; returns it and the file that it is saved in. */
  async plan(options: {
    readonly variables?: VariableOptions;
    readonly targets?: readonly string[];
    readonly destroy?: boolean;
    /** Objects that exist, to take into the state. */
    readonly imports?: readonly Import[];
  }): Promise<{ file: string; plan: PlanJson }> {
    const { variables, targets = [], destroy = false, imports = [] } = options;
    this.writeImports(imports);
    const file = temporaryFile(`plan-${Date.now()}`);
    // TF_CLI_ARGS_plan may ask for -detailed-exitcode, by which 2 means that there are changes.
    await this.runShown(
      [
        "plan",
        "-input=false",
        `-out=${file}`,
        ...(destroy ? ["-destroy"] : []),
        ...(this.options.stateKey ? ["-lock=false"] : []),
        ...variableArguments(this.folder, variables),
        ...targets.map((address) => `-target=${address}`),
      ],
      { fine: [2] },
    );
    const plan = await this.json<PlanJson>(["show", "-json", file]);
    const actions = (plan.resource_changes ?? []).flatMap(({ change }) => change.actions);
    this.planned.set(file, actions.filter((one) => /create|update|delete/.test(one)).length);
    return { file, plan };
  }

  /** True if a plan of everything would change anything. */
  async hasChanges(): Promise<boolean> {
    const { code } = await this.run(["plan", "-input=false", "-detailed-exitcode"], { fine: [2] });
    return code === 2;
  }

  /**
   * Applies a saved plan, or all that there is to change.
   * @returns what it did: `97 added, 0 changed, 0 destroyed`
   * @throws AlreadyExists if it would create what exists
   */
  async apply(file?: string): Promise<string> {
    const { onStatus } = this.options;
    const total = file === undefined ? undefined : this.planned.get(file);
    const { output } = await this.runShown(
      ["apply", "-input=false", file ?? "-auto-approve"],
      {},
      { onStatus, total },
    );
    return /Apply complete! (?:Resources: )?(.*)\./.exec(output)?.[1] ?? "done";
  }

  /**
   * Import blocks, unlike the command `terraform import`, work while objects are still to be moved. One of
   * an object that the state has already does nothing.
   */
  private writeImports(imports: readonly Import[]): void {
    const file = join(this.folder.stackDir, "imports.tf.json");
    rmSync(file, { force: true });
    if (imports.length === 0) return;
    const blocks = imports.map(({ address, id }) => ({ to: address, id }));
    writeWhole(file, JSON.stringify({ import: blocks }, null, 2));
  }

  /** Takes the mark off objects that an apply did not see finished, so that they are kept. */
  async untaint(addresses: readonly string[]): Promise<void> {
    for (const address of addresses) await this.run(["untaint", address]);
  }

  /** The stack's outputs, by their names. */
  outputs(): Promise<Record<string, Output>> {
    return this.json(["output", "-json"]);
  }

  /** The state; undefined where there is none yet. */
  async state(): Promise<StateJson | undefined> {
    const text = await this.text(["state", "pull"]);
    return text.includes("{") ? this.parse<StateJson>(text, ["state", "pull"]) : undefined;
  }

  /** The version of a provider that `init` has chosen: `hashicorp/aws`. */
  providerVersion(name: string): string | undefined {
    const address = `${registryOf[this.program.product]}/${name}`;
    const providers = readLockFile(join(this.folder.stackDir, TERRAFORM_LOCK_FILE));
    return providers.find((provider) => provider.address === address)?.version;
  }

  /** @param fine exit codes that are no failure, beside 0 */
  private async run(
    args: readonly string[],
    { fine = [], ...options }: FollowOptions & { readonly fine?: readonly number[] } = {},
  ): Promise<Followed> {
    const [command = "", ...rest] = args;
    const log = this.options.logOf?.(command);
    const plain = log === undefined && process.stderr.isTTY && !process.env.NO_COLOR;
    const all = [this.chdir, command, ...(plain ? [] : ["-no-color"]), ...rest];
    let onEnd: (() => void) | undefined;
    const result = await follow(this.program.command, all, {
      env: this.env,
      onStart: (pid) => (onEnd = this.options.onStart?.(pid, command === "apply")),
      ...(log !== undefined && { log, onOutput: () => {} }),
      ...options,
    }).finally(() => onEnd?.());
    if (result.code === 0 || fine.includes(result.code)) return result;
    throw explainFailure(command, { output: result.output, log }, this.folder);
  }

  /** Runs Terraform and shows how far it is. */
  private async runShown(
    args: readonly string[],
    options: Parameters<Terraform["run"]>[1],
    shown: Pick<ProgressOptions, "onStatus" | "total"> = {},
  ): Promise<Followed> {
    if (this.options.logOf !== undefined && shown.onStatus === undefined) {
      return this.run(args, options);
    }
    const { verbose } = this.options;
    const what = `${this.program.command} ${args[0]}`;
    const { onOutput, end } = showProgress({ what, verbose, ...shown });
    try {
      return await this.run(args, { ...options, ...(onOutput && { onOutput }) });
    } finally {
      end();
    }
  }

  private async json<T>(args: readonly string[]): Promise<T> {
    return this.parse(await this.text(args), args);
  }

  private parse<T>(text: string, args: readonly string[]): T {
    // A wrapper, such as that of GitHub's action hashicorp/setup-terraform, adds lines of its own.
    const json = text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1);
    try {
      return JSON.parse(json) as T;
    } catch {
      const { command } = this.program;
      throw new PlueError(
        `${command} ${args.join(" ")} printed no JSON, but:\n${text.trim().slice(0, 500)}`,
        {
          advice: [
            `If ${command} is a script around Terraform, let PLUE_TERRAFORM name Terraform itself.`,
          ],
        },
      );
    }
  }

  /** Output of a command. */
  private async text(args: readonly string[]): Promise<string> {
    const { command } = this.program;
    const { code, stdout, stderr } = await capture(command, [this.chdir, ...args], {
      env: this.env,
    });
    if (code !== 0) throw new PlueError(`${command} ${args.join(" ")} failed:\n${stdout}${stderr}`);
    return stdout;
  }

  private get chdir(): string {
    return `-chdir=${this.folder.stackDir}`;
  }
}

/** Terraform prints it after it has begun, without a reason. */
function refuseTooOld(
  { product, version }: TerraformProgram,
  { name }: StackFolder,
  { requiredVersion }: Stack,
): void {
  if (semver.satisfies(version, requiredVersion, { includePrerelease: true })) return;
  throw new ActionRequired(
    `${name} needs ${product} ${requiredVersion}, and this is ${version}`,
    ...(requiredVersion === ">= 1.11.0"
      ? ["Its database password is write-only, which came with 1.11 of Terraform and of OpenTofu."]
      : []),
    "Install a later one, or let PLUE_TERRAFORM name it.",
  );
}

/** The values of a stack's outputs, without those that are sensitive. */
export function shownOutputs(outputs: Record<string, Output>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { value, sensitive }]) => [
      name,
      sensitive ? "(sensitive)" : value,
    ]),
  );
}
