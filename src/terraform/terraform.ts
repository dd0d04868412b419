import { join } from "node:path";
import semver from "semver";
import { terraformCliConfig, type CliConfig } from "./cli-config";
import { TERRAFORM_LOCK_FILE } from "../environments/lock-file";
import { ActionRequired, PlueError } from "../process/errors";
import { capture, follow, type Followed, type FollowOptions } from "../process/run";
import { temporaryFile } from "../process/temporary";
import { explainFailure } from "./failures";
import { readLockFile } from "./lock-file";
import type { PlanJson } from "./plan";
import { findTerraform, registryOf, type TerraformProgram } from "./program";
import type { StateJson } from "./state";
import type { Stack, StackFolder } from "./stack";
import { variableArguments, type VariableOptions } from "./variables";

/** What an apply prints of each resource that it has finished. */
const FINISHED = /: (?:Creation|Modifications|Destruction|Import) complete/g;

/** One output of a stack. */
export interface Output {
  readonly value: unknown;
  readonly sensitive: boolean;
}

/** How Terraform tells what it does. */
export interface TerraformOptions {
  /** Told where the providers come from, or that nothing offers them. @default nobody */
  readonly onProviders?: (found: CliConfig) => void;
  /** Accept that the backend's settings have changed since the last time. @default false */
  readonly reconfigure?: boolean;
  /** File of a command's output. @default it is shown on standard error */
  readonly logOf?: (command: string) => string;
  /** Called with how many resources an apply has finished, as it goes on. @default it shows its output */
  readonly onApplied?: (resources: number) => void;
  /** Called with the process id of each Terraform that changes something. @default nothing */
  readonly onApplyStart?: (pid: number) => void;
}

/** Terraform at work in the directory of an environment's stack. */
export class Terraform {
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
    const env = { ...process.env, ...providers.variables, TF_IN_AUTOMATION: "1" };
    const terraform = new Terraform(folder, stack, program, env, options);
    const reconfigure = options.reconfigure ? ["-reconfigure"] : [];
    await terraform.run(["init", "-input=false", ...reconfigure]);
    return terraform;
  }

  /** Saves a plan; returns it and the file that it is saved in. */
  async plan(options: {
    readonly variables?: VariableOptions;
    readonly targets?: readonly string[];
    readonly destroy?: boolean;
  }): Promise<{ file: string; plan: PlanJson }> {
    const { variables, targets = [], destroy = false } = options;
    const file = temporaryFile(`plan-${Date.now()}`);
    await this.run([
      "plan",
      "-input=false",
      `-out=${file}`,
      ...(destroy ? ["-destroy"] : []),
      ...variableArguments(this.folder, variables),
      ...targets.map((address) => `-target=${address}`),
    ]);
    return { file, plan: await this.json<PlanJson>(["show", "-json", file]) };
  }

  /** Whether a plan of everything would change anything. */
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
    const { onApplied, onApplyStart: onStart } = this.options;
    let printed = "";
    const count = (text: string) => {
      printed += text;
      onApplied?.(printed.match(FINISHED)?.length ?? 0);
    };
    const { output } = await this.run(["apply", "-input=false", file ?? "-auto-approve"], {
      onStart,
      ...(onApplied && { onOutput: count }),
    });
    return /Apply complete! (?:Resources: )?(.*)\./.exec(output)?.[1] ?? "done";
  }

  /** Takes an object that exists into the state. */
  async import(address: string, id: string, variables?: VariableOptions): Promise<void> {
    const given = variableArguments(this.folder, variables);
    await this.run(["import", "-input=false", ...given, address, id]);
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
    return text.trim() === "" ? undefined : (JSON.parse(text) as StateJson);
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
    const result = await follow(this.program.command, all, {
      env: this.env,
      ...(log !== undefined && { log, onOutput: () => {} }),
      ...options,
    });
    if (result.code === 0 || fine.includes(result.code)) return result;
    throw explainFailure(command, { output: result.output, log }, this.folder);
  }

  private async json<T>(args: readonly string[]): Promise<T> {
    return JSON.parse(await this.text(args)) as T;
  }

  /** What a command prints. */
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

/** Terraform says it after it has begun, and not why. */
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
