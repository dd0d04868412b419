import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { ECR } from "@aws-sdk/client-ecr";
import { names, services } from "../../src/names";
import { ACMClient, RequestCertificateCommand } from "@aws-sdk/client-acm";
import { stateBackend } from "../../src/environments/state-backend";
import type { Captured } from "../../src/process/run";
import { makeStateBackend } from "./deployment";
import { startEmbeddedAws, terraform, type EmbeddedAws } from "./embedded-aws";
import { copyOfProject, project, startPlue, type RunningPlue } from "./plue";

const fixture = join(__dirname, "../fixtures/legacy");

/** The old project, applied on an embedded AWS of its own. */
export interface OldProject {
  readonly aws: EmbeddedAws;
  /** True if its password is random: hashicorp/random can be installed. */
  readonly random: boolean;
  /** Values of its variables, which the new project takes too. */
  readonly variables: Readonly<Record<string, string>>;
  /** The same as arguments: `--var=NAME=VALUE`. */
  readonly variableArguments: readonly string[];
  /** Runs Terraform with its code. */
  terraform(...args: string[]): Promise<Captured>;
  /** Ends the embedded AWS and removes the code. */
  stop(): Promise<void>;
}

/**
 * Applies the old project, with a random password where its provider can be installed.
 * @param proxied put a proxy before the embedded AWS
 */
export async function applyOldProject(
  name: string,
  { proxied = false }: { readonly proxied?: boolean } = {},
): Promise<OldProject> {
  const aws = await startEmbeddedAws({ launcher: join(fixture, "legacy_aws.py"), proxied });
  const { CertificateArn } = await new ACMClient(aws.client).send(
    new RequestCertificateCommand({ DomainName: "plue.example.com" }),
  );
  const variables: Record<string, string> =
    name === "production"
      ? { certificate_arn: CertificateArn!, sns_alert_email: "alerts@example.com" }
      : {};
  const variableArguments = Object.entries(variables).map(
    ([key, value]) => `--var=${key}=${value}`,
  );
  const code = mkdtempSync(join(tmpdir(), "plue-legacy-"));
  cpSync(fixture, code, { recursive: true });
  const root = join(code, "environments", name);
  const { bucket, lockTable, region } = stateBackend;
  await makeStateBackend(aws);
  const backend = {
    bucket,
    region,
    dynamodb_table: lockTable,
    key: `plue/${name}/terraform.tfstate`,
    use_path_style: "true",
  };
  const env = {
    ...aws.env,
    ...Object.fromEntries(
      Object.entries(variables).map(([key, value]) => [`TF_VAR_${key}`, value]),
    ),
  };
  const run = (...args: string[]) => terraform(root, args, env);
  const init = () =>
    run(
      "init",
      ...Object.entries(backend).map(([key, value]) => `-backend-config=${key}=${value}`),
    );
  const random = (await init()).code === 0;
  if (!random) {
    console.warn(
      `Left out of the adoption of ${name}: the random password, whose provider hashicorp/random cannot be installed here. The database's password is fixed instead, and write-only afterwards.`,
    );
    cpSync(join(code, "without-random"), code, { recursive: true });
    expect(await init()).toMatchObject({ code: 0 });
  }
  const applied = await run("apply", "-auto-approve");
  if (applied.code !== 0) throw new Error(`terraform apply: ${applied.stderr}`);
  return {
    aws,
    random,
    variables,
    variableArguments,
    terraform: run,
    stop: async () => {
      rmSync(code, { recursive: true, force: true });
      await aws.stop();
    },
  };
}

/**
 * Copies this project, such that an environment adopts the old project's state at a key of its own. Without
 * hashicorp/random the fixed password of the old project becomes a write-only one.
 */
export function adoptingProject(name: string, { random }: Pick<OldProject, "random">): string {
  return copyOfProject(name, (text) => {
    const keyed = text.replace(
      `adopts: "${name}",`,
      `adopts: "${name}",\n  stateKey: "plue/${name}/cdktf/terraform.tfstate",`,
    );
    const writeOnly = 'masterPassword: { mode: "write-only", version: 1 }';
    return random ? keyed : keyed.replace(/masterPassword: \{.*?\}/, writeOnly);
  });
}

/** Without hashicorp/random the fixture's fixed password becomes a write-only one: that is agreed to. */
const agreed = ["--yes", "--accept", "aws_db_instance.database_main"];

/** The tag of the images that the new task definitions run. */
const TAG = "v1";

/** The arguments of a command of docs/adopting.md, for an environment. */
export const argumentsOf = (command: string, name: string): string[] =>
  command.replace("npx plue ", "").replace("dev", name).replace("TAG", TAG).split(" ");

/** The commands that a page shows, in its order, without comments. */
export function commandsOf(page: string): string[] {
  const text = readFileSync(join(project, page), "utf8");
  return [...text.matchAll(/^```sh\n([^]*?)^```/gm)]
    .flatMap(([, block]) => block!.replaceAll(/\\\n\s*/g, "").split(/\n| && /))
    .map((line) => line.replace(/\s+#.*/, "").trim())
    .filter((line) => line !== "");
}

/** Puts the images of the services into the repositories, as the page asks for before an adoption. */
async function pushImages(name: string, { client }: EmbeddedAws): Promise<void> {
  const ecr = new ECR(client);
  for (const component of services) {
    const part = { digest: `sha256:${component.key}` };
    const mediaType = "application/vnd.docker.distribution.manifest.v2+json";
    await ecr.putImage({
      repositoryName: names.repository(name, component),
      imageTag: TAG,
      imageManifest: JSON.stringify({ schemaVersion: 2, mediaType, config: part, layers: [part] }),
    });
  }
}

/** Where a command runs: a copy of this project, and an environment that names an AWS. */
export interface Place {
  readonly project: string;
  readonly env: Record<string, string>;
}

/** An adoption that the tests of a group try. */
export interface Adoption {
  /** The old project, with a proxy before its AWS. */
  readonly old: OldProject;
  /** A copy of this project that adopts the state, and the old project's AWS. */
  readonly here: Place;
  /** Starts `plue` with the variables of the old project. @param place {@link here} unless it is another */
  readonly start: (args: readonly string[], place?: Place) => RunningPlue;
  /** Starts the adoption, agreed to. */
  readonly startAdopting: (place?: Place) => RunningPlue;
  /** Follows the message about a killed command: deletes its lock, or writes the checksum of the state. */
  readonly unlock: (message: string, place?: Place) => Promise<void>;
}

/** Applies the old project before the tests of a group, and removes everything after them. */
export function adoptionOf(name: string): Adoption {
  let old: OldProject;
  let here: Place;
  beforeAll(async () => {
    old = await applyOldProject(name, { proxied: true });
    await pushImages(name, old.aws);
    here = { project: adoptingProject(name, old), env: old.aws.env };
  });
  afterAll(async () => {
    if (here) rmSync(here.project, { recursive: true, force: true });
    await old?.stop();
  });
  const start: Adoption["start"] = (args, { env, project } = here) =>
    startPlue([...args, ...old.variableArguments], env, project);
  return {
    get old() {
      return old;
    },
    get here() {
      return here;
    },
    start,
    startAdopting: (place) =>
      start([...argumentsOf("npx plue adopt dev --apply --tag TAG", name), ...agreed], place),
    unlock: async (message, { env, project } = here) => {
      const forced = /-chdir=(\S+) force-unlock (\S+)/.exec(message);
      const row = /(?:put|delete)-item .*--table-name (\S+) --(item|key) '(.*)'/.exec(message);
      if (forced) {
        const folder = resolve(project, forced[1]!);
        const freed = await terraform(folder, ["force-unlock", "-force", forced[2]!], env);
        expect([freed.code, freed.stderr]).toEqual([0, ""]);
      } else if (row) {
        const [, TableName, kind, json] = row;
        const item = JSON.parse(json!) as Record<string, { S: string }>;
        const dynamodb = new DynamoDB({ ...old.aws.client, endpoint: env.AWS_ENDPOINT_URL });
        if (kind === "key") await dynamodb.deleteItem({ TableName, Key: item });
        else await dynamodb.putItem({ TableName, Item: item });
      } else throw new Error(message.slice(-2000));
    },
  };
}
