import { DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { HeadBucketCommand, S3Client } from "@aws-sdk/client-s3";
import type { Output } from "../operations/local/deploy";
import type { S3Backend } from "../embedded-aws/state";
import { terraformCliConfig } from "./cli-config";
import { client } from "../aws/client";
import { existingAddresses } from "../operations/leftovers";
import { varFileOf, type Environment } from "../operations/environment";
import { CliError, isDenied, NeedsPerson, type AwsError } from "../process/errors";
import { say } from "../terminal/output";
import type { PlanJson } from "./plan";
import { capture, scratchFile, show, type Result } from "../process/process";
import { synthesize, type Stack } from "./stack";

/** Values for Terraform's variables, as the command line gives them. */
export interface VariableOptions {
  /** `NAME=VALUE`. */
  readonly var?: readonly string[];
  /** Files. */
  readonly varFile?: readonly string[];
}

/** Terraform at work in the directory of an environment's stack. */
export class Terraform {
  private constructor(
    private readonly environment: Environment,
    /** The stack. */
    readonly stack: Stack,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  /**
   * Synthesizes the environment and connects its directory with its state.
   * @throws NeedsPerson if bucket or table for the state are missing
   */
  static async open(environment: Environment): Promise<Terraform> {
    const stack = await synthesize(environment);
    await refuseMissingBackend(environment, stack.backend);
    const { code, output: version } = await capture("terraform", ["version", "-json"]);
    if (code !== 0) throw new CliError(`terraform version failed:\n${version}`);
    const { platform } = JSON.parse(version) as { platform: string };
    const providers = await terraformCliConfig({ file: scratchFile("terraformrc"), platform });
    if (providers.unreachable) say(providers.unreachable);
    const terraform = new Terraform(environment, stack, {
      ...process.env,
      ...providers.variables,
      TF_IN_AUTOMATION: "1",
    });
    await terraform.run(["init", "-input=false"]);
    return terraform;
  }

  /** Saves a plan; returns it and the file that it is saved in. */
  async plan(options: {
    readonly variables?: VariableOptions;
    readonly targets?: readonly string[];
    readonly destroy?: boolean;
  }): Promise<{ file: string; plan: PlanJson }> {
    const { variables, targets = [], destroy = false } = options;
    const file = scratchFile(`plan-${Date.now()}`);
    await this.run([
      "plan",
      "-input=false",
      `-out=${file}`,
      ...(destroy ? ["-destroy"] : []),
      ...this.variableArguments(variables),
      ...targets.map((address) => `-target=${address}`),
    ]);
    const { code, output } = await this.capture(["show", "-json", file]);
    if (code !== 0) throw new CliError(`terraform show failed:\n${output}`);
    return { file, plan: JSON.parse(output) as PlanJson };
  }

  /**
   * Applies a saved plan.
   * @throws AlreadyExists if it would create what exists
   */
  async apply(file: string): Promise<void> {
    await this.run(["apply", "-input=false", file]);
  }

  /** Takes an object that exists into the state. */
  async import(address: string, id: string, variables?: VariableOptions): Promise<void> {
    await this.run(["import", "-input=false", ...this.variableArguments(variables), address, id]);
  }

  /** Takes the mark off objects that an apply did not see finished, so that they are kept. */
  async untaint(addresses: readonly string[]): Promise<void> {
    for (const address of addresses) await this.run(["untaint", address]);
  }

  /** The stack's outputs, by their names. */
  async outputs(): Promise<Record<string, Output>> {
    const { code, output } = await this.capture(["output", "-json"]);
    if (code !== 0) throw new CliError(`terraform output failed:\n${output}`);
    return JSON.parse(output) as Record<string, Output>;
  }

  private variableArguments({ var: values = [], varFile = [] }: VariableOptions = {}): string[] {
    const own = varFileOf(this.environment.name, this.environment.projectDir);
    return [
      ...(own ? [`-var-file=${own}`] : []),
      ...varFile.map((path) => `-var-file=${path}`),
      ...values.map((value) => `-var=${value}`),
    ];
  }

  private async run(args: readonly string[]): Promise<void> {
    const plain = process.stderr.isTTY && !process.env.NO_COLOR ? [] : ["-no-color"];
    const [command, ...rest] = args;
    const all = [`-chdir=${this.environment.stackDir}`, command!, ...plain, ...rest];
    const result = await show("terraform", all, { env: this.env });
    if (result.code !== 0) throw explainFailure(command!, result, this.environment);
  }

  private capture(args: readonly string[]): Promise<Result> {
    return capture("terraform", [`-chdir=${this.environment.stackDir}`, ...args], {
      env: this.env,
    });
  }
}

/** An apply would create what exists and is not in the state. Exit code 2. */
export class AlreadyExists extends NeedsPerson {
  /** @param addresses of what exists */
  constructor(readonly addresses: readonly string[]) {
    super(
      `there is already an object where Terraform would create ${addresses.join(", ")}`,
      "If an apply that was cut short has left it, take it into the state (`terraform import`).",
      "If it is somebody else's, it must go, or another name be found.",
    );
  }
}

/** Terraform finds out late and says it obscurely. */
async function refuseMissingBackend(environment: Environment, backend: S3Backend): Promise<void> {
  const s3 = client(S3Client, backend);
  const dynamodb = client(DynamoDBClient, backend);
  const missing = await Promise.all([
    exists(s3.send(new HeadBucketCommand({ Bucket: backend.bucket })), /^(NotFound|NoSuchBucket)$/),
    exists(
      dynamodb.send(new DescribeTableCommand({ TableName: backend.dynamodb_table })),
      /^ResourceNotFoundException$/,
    ),
  ]).then(([bucket, table]) => [
    ...(bucket ? [] : [`the bucket ${backend.bucket}`]),
    ...(table ? [] : [`the table ${backend.dynamodb_table}`]),
  ]);
  if (missing.length > 0) {
    throw new NeedsPerson(
      `${missing.join(" and ")} for Terraform's state ${missing.length > 1 ? "do" : "does"} not exist in ${backend.region}`,
      `Make it with \`plue bootstrap ${environment.name}\`, or correct src/environments/state-backend.ts.`,
    );
  }
}

async function exists(call: Promise<unknown>, missing: RegExp): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (missing.test((error as AwsError).name)) return false;
    // Who may use the state may not be allowed to look at what holds it.
    if (isDenied(error)) return true;
    throw error;
  }
}

/** Says of a Terraform that failed what a person can do about it. */
export function explainFailure(
  command: string,
  { output }: Result,
  { name, stackDir }: Pick<Environment, "name" | "stackDir">,
): CliError {
  const text = output.replace(/^[│╷╵\s]+/gm, "");
  const again = `Run the same command again: Terraform goes on from what is done.`;
  if (/Error acquiring the state lock/i.test(text)) {
    const field = (key: string) => new RegExp(`^${key}:\\s*(.+)$`, "m").exec(text)?.[1]?.trim();
    const id = field("ID");
    if (id === undefined) {
      return new NeedsPerson(
        "the state cannot be locked: see Terraform's message above",
        `Is the lock table there? \`plue bootstrap ${name}\` makes it.`,
      );
    }
    return new NeedsPerson(
      `the state of ${name} is locked by ${field("Who")} since ${field("Created")} (${field("Operation")})`,
      "Wait until that is done. Only if it cannot be running any more, break the lock:",
      `  terraform -chdir=${stackDir} force-unlock ${id}`,
    );
  }
  const variables = [...text.matchAll(/input variable "(\w+)" is not set/g)].map(([, v]) => v!);
  if (variables.length > 0) {
    return new NeedsPerson(
      `${name} needs a value for ${variables.join(" and ")}`,
      `Write ${variables.map((variable) => `${variable} = "..."`).join(" and ")} into ${name}.tfvars,`,
      `or give --var NAME=VALUE, --var-file FILE or TF_VAR_NAME.`,
    );
  }
  if (
    /Invalid value for (input )?variable|Invalid variable value|Value for undeclared variable/i.test(
      text,
    )
  ) {
    return new NeedsPerson(
      "a variable has a value that does not do: see Terraform's message above",
    );
  }
  if (/Backend configuration changed|Backend initialization required/i.test(text)) {
    return new NeedsPerson(
      "the state's backend is another than at the last init in this directory",
      `Only the lock differs: terraform -chdir=${stackDir} init -reconfigure`,
      `The state is to move to the new bucket: terraform -chdir=${stackDir} init -migrate-state`,
    );
  }
  if (/ExpiredToken|token.*(has|is) expired/i.test(text)) {
    return new NeedsPerson(
      "your AWS credentials have expired while Terraform ran",
      "Log in.",
      again,
    );
  }
  const existing = existingAddresses(output);
  if (command === "apply" && existing.length > 0) return new AlreadyExists(existing);
  return new CliError(`terraform ${command} failed: see its messages above`, {
    advice: command === "apply" ? [again] : [],
  });
}
