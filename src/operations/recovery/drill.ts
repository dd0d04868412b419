import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { ECRClient, PutImageCommand } from "@aws-sdk/client-ecr";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { client } from "../../aws/client";
import { describeCopies, endReplication, promoteSecret, type Copies } from "../../aws/copies";
import {
  embeddedAccountId,
  embeddedAwsVariables,
  enterEmbeddedAws,
} from "../../embedded-aws/environment";
import {
  loseRegion,
  readContent,
  replicate,
  writeContent,
  type Holder,
} from "../../embedded-aws/drill";
import {
  checksOf,
  killServer,
  startServer,
  stopServer,
  type Server,
} from "../../embedded-aws/server";
import { ensureVenv } from "../../embedded-aws/venv";
import type { EnvironmentSettings } from "../../environments/settings";
import { components, names } from "../../names";
import { PlueError, tail } from "../../process/errors";
import { onInterrupt } from "../../process/interrupt";
import { templateOf } from "../../stack/synthesize";
import { Steps, type Note } from "../../terminal/steps";
import { terraformCliConfig } from "../../terraform/cli-config";
import { Stack, type StackFolder, type StackJson } from "../../terraform/stack";
import { Terraform } from "../../terraform/terraform";
import { bootstrap } from "../setup/bootstrap";
import { localFolder } from "../environment";
import { lockRun } from "../../embedded-aws/run-lock";
import { findTools, type Tools } from "../../embedded-aws/tools";
import { clearUnfinished, killUnfinished, markUnfinished } from "../../embedded-aws/unfinished";
import { monthlyOf, secondRegionOf } from "./plan";
import { originNameOf, recoveredSettings, recoveryOf } from "./settings";

/** Folder of all that a drill keeps while it runs, in the project. */
export const drillFolder = ".drill";

/** Tag of the images that a drill pushes. */
const TAG = "drill";

/** Applies after which nothing may be left to change: a restored database may need a second one. */
const MOST_APPLIES = 3;

/** What a drill has measured. */
export interface Drill {
  /** The environment that was lost. */
  readonly environment: string;
  /** Its region. */
  readonly region: string;
  /** The environment that was rebuilt. */
  readonly rebuilt: string;
  /** The region that it was rebuilt in. */
  readonly secondRegion: string;
  /** Seconds between the older of the two copies and the loss of the region. */
  readonly rpoSeconds: number;
  /** Seconds between the loss of the region and the empty plan of the rebuilt environment. */
  readonly rtoSeconds: number;
  /** What those seconds went to. */
  readonly steps: readonly { readonly what: string; readonly seconds: number }[];
  /** How many applies it took until nothing was left to change. */
  readonly applies: number;
  /** What was found to be as it should be. */
  readonly proved: readonly string[];
  /** What a month of the rebuilt environment costs on AWS, in US dollars; undefined where no price is known. */
  readonly monthlyDollars?: number;
}

/**
 * Deploys an environment to an embedded AWS of its own, loses its region, and rebuilds it in the second
 * one, of the copies alone. Leaves nothing behind.
 * @throws PlueError with what failed
 */
export async function drill(
  settings: EnvironmentSettings,
  { projectDir, region: named }: { readonly projectDir: string; readonly region?: string },
): Promise<Drill> {
  const region = settings.region ?? "us-east-1";
  const secondRegion = secondRegionOf(settings, region, named);
  const steps = new Steps();
  const home = join(projectDir, drillFolder);
  const tools = await steps.run("Find Node.js, Terraform and Python", () => findTools());
  const release = await lockRun(home);
  // Ctrl-C ends the program at once where no other program runs.
  const remove = () => {
    killUnfinished(home);
    killServer(home);
    rmSync(home, { recursive: true, force: true });
  };
  process.once("exit", remove);
  onInterrupt("The embedded AWS of the drill is stopped, and its folder removed: nothing is left.");
  try {
    await removeLastRun(home);
    const aws = await startAws(home, projectDir, tools, region, steps);
    return await new Run(settings, region, secondRegion, home, projectDir, aws, steps).all();
  } catch (error) {
    throw withItsLog(error);
  } finally {
    await steps.run("Remove the embedded AWS and all that is in it", async () => {
      killUnfinished(home);
      await stopServer(home);
      await release();
      await rm(home, { recursive: true, force: true });
    });
    process.off("exit", remove);
  }
}

/** Removes what a drill that was killed has left. */
async function removeLastRun(home: string): Promise<void> {
  killUnfinished(home);
  await stopServer(home);
  await rm(join(home, "stack"), { recursive: true, force: true });
}

async function startAws(
  home: string,
  projectDir: string,
  { python, terraform }: Tools,
  region: string,
  steps: Steps,
): Promise<Server> {
  // That of `plue local`, if it is there: making one takes longer than the rest of the start.
  const local = join(projectDir, localFolder);
  const interpreter = await steps.run("Install moto in a private environment", (note) =>
    ensureVenv({ home: existsSync(local) ? local : home, python, note }),
  );
  const server = await steps.run("Start an embedded AWS for the drill", () =>
    startServer({ home, python: interpreter, detached: true }),
  );
  enterEmbeddedAws(server.endpoint, region);
  for (const name of Object.keys(process.env)) {
    if (name.startsWith("TF_VAR_")) delete process.env[name];
  }
  await steps.run("Find the Terraform providers", async (note) => {
    const found = await terraformCliConfig({ file: join(home, "terraformrc"), program: terraform });
    note(found.unreachable ?? found.source);
    Object.assign(process.env, found.variables, { TF_CLI_ARGS_apply: "-parallelism=20" });
  });
  return server;
}

/** One drill, from the first deployment to the proof of the second. */
class Run {
  private measured: { what: string; seconds: number }[] = [];
  private readonly proved: string[] = [];
  private readonly first: EnvironmentSettings;

  constructor(
    private readonly settings: EnvironmentSettings,
    private readonly region: string,
    private readonly secondRegion: string,
    private readonly home: string,
    private readonly projectDir: string,
    private readonly aws: Server,
    private readonly steps: Steps,
  ) {
    this.first = {
      ...settings,
      region,
      // No account but the embedded one, no old state, and no zone that only AWS has.
      accountId: undefined,
      adopts: undefined,
      domain: undefined,
      statePathStyle: true,
      disasterRecovery: { ...settings.disasterRecovery, region: secondRegion },
      // As `local` has it: a random one needs a provider of its own, and a restored one neither.
      database: { ...settings.database, masterPassword: { mode: "write-only", version: 1 } },
    };
  }

  async all(): Promise<Drill> {
    const { first, region, secondRegion, steps } = this;
    const { name } = first;
    await this.deploy(first, region);
    const password = await steps.run("Put data into it", () => this.putDataIn());
    await steps.run(`Copy it to ${secondRegion}`, () => replicate(this.aws));
    await steps.run("Put more data into it, which no copy will have", () => this.putMoreIn());
    await steps.run(`Lose ${region}: nothing there answers any more`, () =>
      loseRegion(this.aws, region),
    );
    const lostAt = Date.now();
    const { refused } = await checksOf(this.aws);
    this.measured = [];

    const copies = await this.timed(`Ask ${secondRegion} what it has`, () =>
      describeCopies({ name, region }, secondRegion),
    );
    const { database, fileSystem } = copies;
    const recovery = recoveryOf(originNameOf(first), copies);
    if (!recovery || !database?.latest || !fileSystem?.latest) {
      throw new PlueError(`${secondRegion} lacks copies of ${name}: ${JSON.stringify(copies)}`);
    }
    const latest = Math.min(database.latest.getTime(), fileSystem.latest.getTime());
    await this.takeCopiesOver(copies);
    const { database: own } = this.settings;
    const rebuilt = recoveredSettings({ ...first, database: own }, secondRegion, recovery);
    const applies = await this.deploy(rebuilt, secondRegion, copies);
    const rtoSeconds = (Date.now() - lostAt) / 1000;
    await steps.run("Look whether the data are there", () => this.prove(rebuilt, password, copies));
    this.see(`nothing was asked of ${region}, which answered no more`, [
      (await checksOf(this.aws)).refused,
      refused,
    ]);
    return {
      environment: name,
      region,
      rebuilt: rebuilt.name,
      secondRegion,
      rpoSeconds: Math.max(0, (lostAt - latest) / 1000),
      rtoSeconds,
      steps: this.measured,
      applies,
      proved: this.proved,
      monthlyDollars: monthlyOf(rebuilt, this.projectDir),
    };
  }

  /** Makes the state's bucket, and applies an environment until nothing is left to change. */
  private async deploy(
    settings: EnvironmentSettings,
    region: string,
    copies?: Copies,
  ): Promise<number> {
    const { name } = settings;
    // One folder for both, so that the providers are found once; each has a state of its own.
    const folder: StackFolder = {
      name,
      projectDir: this.home,
      stackDir: join(this.home, "stack"),
    };
    const stack = await this.timed(`Synthesize ${name}`, () =>
      Promise.resolve(writeStack(settings, region, folder.stackDir)),
    );
    Object.assign(process.env, embeddedAwsVariables(this.aws.endpoint, region), {
      TF_VAR_aws_region: region,
      TF_VAR_enable_https: "false",
      TF_VAR_certificate_arn: "",
      TF_VAR_sns_alert_email: "drill@example.com",
      ...Object.fromEntries(
        (copies?.repositories ?? []).map(({ component, tag }) => [
          `TF_VAR_${component.tagVariable}`,
          tag ?? "",
        ]),
      ),
    });
    await this.timed(`Make the state's bucket in ${region}`, () =>
      bootstrap(stack.backend, { accountId: embeddedAccountId }),
    );
    let noteApplied: Note = () => {};
    const terraform = await this.timed("terraform init", () =>
      Terraform.init(folder, stack, {
        reconfigure: true,
        logOf: (command) => join(this.home, "logs", `terraform-${command}.log`),
        onApplyStart: (pid) => markUnfinished(this.home, pid),
        onApplied: (resources) => noteApplied(`${resources} resources`),
      }),
    );
    for (let applies = 1; applies <= MOST_APPLIES; applies++) {
      await this.timed(`Apply ${name} in ${region}`, async (note) => {
        noteApplied = note;
        note(await terraform.apply().finally(() => clearUnfinished(this.home)));
      });
      const changes = await this.timed("Plan it once more", async (note) => {
        const more = await terraform.hasChanges();
        note(more ? "something is left to change" : "nothing to change");
        return more;
      });
      if (!changes) return applies;
    }
    throw new PlueError(
      `${name} has something to change after each of ${MOST_APPLIES} applies: a setting changes by itself`,
      { log: join(this.home, "logs", "terraform-plan.log") },
    );
  }

  /** @returns the database's password */
  private async putDataIn(): Promise<string> {
    const { region } = this;
    const { name } = this.first;
    for (const component of components) {
      const imageManifest = JSON.stringify({
        schemaVersion: 2,
        mediaType: "application/vnd.docker.distribution.manifest.v2+json",
        config: { digest: `sha256:${component.key}` },
        layers: [{ digest: `sha256:${component.key}` }],
      });
      await client(ECRClient, { region }).send(
        new PutImageCommand({
          repositoryName: names.repository(name, component),
          imageTag: TAG,
          imageManifest,
        }),
      );
    }
    for (const holder of await this.holders()) await writeContent(this.aws, holder, BEFORE);
    return secretString(region, names.passwordSecret(name));
  }

  private async putMoreIn(): Promise<void> {
    for (const holder of await this.holders()) {
      await writeContent(this.aws, holder, `${BEFORE}${AFTER}`);
    }
  }

  private async holders(): Promise<Holder[]> {
    const { region, secondRegion } = this;
    const { name } = this.first;
    const { fileSystem } = await describeCopies({ name, region }, secondRegion);
    return [
      { service: "rds", region, id: names.database(name) },
      { service: "efs", region, id: fileSystem?.sourceId ?? "" },
    ];
  }

  private async takeCopiesOver({ fileSystem, password }: Copies): Promise<void> {
    const { secondRegion } = this;
    await this.timed("End the replication of the file system", () =>
      endReplication(secondRegion, fileSystem?.sourceId ?? ""),
    );
    await this.timed("Make the password's replica a secret of its own", () =>
      promoteSecret(secondRegion, password?.arn ?? ""),
    );
  }

  /** @throws PlueError if the rebuilt environment lacks what the copies had */
  private async prove(
    { name }: EnvironmentSettings,
    password: string,
    copies: Copies,
  ): Promise<void> {
    const { secondRegion: region } = this;
    const fileSystem: Holder = { service: "efs", region, id: copies.fileSystem?.id ?? "" };
    const database: Holder = { service: "rds", region, id: names.database(name) };
    this.see("the database has what was in it when it was copied, and no more", [
      await readContent(this.aws, database),
      BEFORE,
    ]);
    this.see("so has the file system", [await readContent(this.aws, fileSystem), BEFORE]);
    await writeContent(this.aws, fileSystem, "new");
    this.see("and it can be written to", [await readContent(this.aws, fileSystem), "new"]);
    const connection = await secretString(region, names.connectionSecret(name));
    const { host, password: connects } = JSON.parse(connection) as Record<string, string>;
    this.see("the API server connects to the new database with the old password", [
      connects,
      password,
    ]);
    this.see("by its name in the second region", [host?.includes(`.${region}.`), true]);
    const tags = copies.repositories.map(({ tag }) => tag);
    this.see("the images that were deployed are there", [
      tags.join(),
      components.map(() => TAG).join(),
    ]);
  }

  private see(what: string, [found, wanted]: readonly [unknown, unknown]): void {
    // No values: one of them is a password.
    if (found !== wanted) throw new PlueError(`the rebuilt environment is not right: ${what} - no`);
    this.proved.push(what);
  }

  private async timed<T>(what: string, work: (note: Note) => Promise<T>): Promise<T> {
    const start = Date.now();
    const result = await this.steps.run(what, work);
    this.measured.push({ what, seconds: (Date.now() - start) / 1000 });
    return result;
  }
}

const BEFORE = "written before the copy";
const AFTER = ", and this after it";

/** Writes the stack of an environment, with its state in a bucket of a region. */
function writeStack(settings: EnvironmentSettings, region: string, stackDir: string) {
  const template = templateOf(settings) as StackJson;
  const s3 = new Stack(template).backend;
  const placed = {
    ...template,
    terraform: {
      ...template.terraform,
      backend: { s3: { ...s3, bucket: `${s3.bucket}-${region}`, region } },
    },
  };
  mkdirSync(stackDir, { recursive: true });
  writeFileSync(join(stackDir, "cdk.tf.json"), JSON.stringify(placed));
  return new Stack(placed);
}

async function secretString(region: string, SecretId: string): Promise<string> {
  const { SecretString = "" } = await client(SecretsManagerClient, { region }).send(
    new GetSecretValueCommand({ SecretId }),
  );
  return SecretString;
}

/** The logs go with the drill's folder; the error tells the end of the one that matters. */
function withItsLog(error: unknown): unknown {
  if (!(error instanceof PlueError) || error.log === undefined) return error;
  const { message, advice, exitCode, log } = error;
  const end = existsSync(log) ? tail(readFileSync(log, "utf8")) : "";
  const told = message.includes(end) ? message : `${message}\n\n${end}`;
  return new PlueError(told, { advice, exitCode });
}
