import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { DescribeImagesCommand, ECRClient, PutImageCommand } from "@aws-sdk/client-ecr";
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import { deployedTagPrefix } from "../../src/names";
import type { Need } from "../../scripts/policies/needs";
import { RecordingDocker } from "./docker-stand-in";
import { startEmbeddedAws, terraform, type EmbeddedAws } from "./embedded-aws";
import type { FaultProxy } from "./fault-proxy";
import { plueEnds, project } from "./plue";
import { missingPermissions } from "./policies";

/** The cluster of the environment local. */
export const cluster = "local-plue-cluster";

/** The key of local's state in the lock table. */
export const LockID = { S: "plue-terraform-state/plue/local/terraform.tfstate" };

/** The repositories' names behind `local-plue-`. */
export const images = ["api-server", "web-app", "db-migrate"];

/** Somebody who works on the environment local with `plue`, on an embedded AWS behind a proxy. */
export class PlueUser {
  /** Folder for whatever a test writes. */
  folder!: string;
  aws!: EmbeddedAws;
  proxy!: FaultProxy;
  docker!: RecordingDocker;
  /** Environment of the user's programs. */
  env!: Record<string, string>;
  ecs!: ECSClient;

  /** Starts what the user works with. */
  async start(): Promise<void> {
    this.folder = mkdtempSync(join(tmpdir(), "plue-deployment-"));
    this.aws = await startEmbeddedAws({ proxied: true });
    this.proxy = this.aws.proxy!;
    this.docker = new RecordingDocker(this.folder);
    this.env = {
      ...this.aws.env,
      CDKTF_OUTDIR: join(this.folder, "mine"),
      PATH: this.docker.path,
    };
    this.ecs = new ECSClient(this.aws.client);
  }

  /** Stops it, and removes what was written. */
  async stop(): Promise<void> {
    await this.aws?.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The calls so far that CI's policies do not allow. */
  notAllowed(): Need[] {
    return missingPermissions(this.aws.recording);
  }

  /** Runs `plue`, which must end with an exit code. */
  ends(code: number, ...args: string[]): ReturnType<typeof plueEnds> {
    return plueEnds(code, args, this.env);
  }

  /** Changes that the plain Terraform of a colleague, in another checkout, would make. */
  async colleaguesPlan(): Promise<readonly string[] | string> {
    const outdir = join(this.folder, "theirs");
    const own = { ...this.aws.env, CDKTF_OUTDIR: outdir };
    execFileSync(process.execPath, ["-r", "tsx/cjs", "main.ts"], { cwd: project, env: own });
    const stack = join(outdir, "stacks", "local");
    await terraform(stack, ["init", "-input=false"], own);
    const { code, stdout } = await terraform(stack, ["plan", "-detailed-exitcode"], own);
    return code === 0 ? [] : (stdout.match(/^ +# .*$|^Error: .*$/gm) ?? stdout);
  }

  /** Puts an image of that tag into each repository. */
  async pushImages(imageTag: string): Promise<void> {
    const ecr = new ECRClient(this.aws.client);
    for (const image of images) {
      await ecr.send(
        new PutImageCommand({
          repositoryName: `local-plue-${image}`,
          imageTag,
          imageManifest: JSON.stringify({
            schemaVersion: 2,
            mediaType: "application/vnd.docker.distribution.manifest.v2+json",
            config: { digest: `sha256:${imageTag}` },
            // moto makes the image's digest of those of its layers.
            layers: [{ digest: `sha256:${imageTag}` }],
          }),
        }),
      );
    }
  }

  /** The tag of the image that a service runs. */
  async deployedTag(task: string): Promise<string | undefined> {
    const { services: [service] = [] } = await this.ecs.send(
      new DescribeServicesCommand({ cluster, services: [`local-${task}`] }),
    );
    const { taskDefinition } = await this.ecs.send(
      new DescribeTaskDefinitionCommand({ taskDefinition: service!.taskDefinition }),
    );
    return taskDefinition!.containerDefinitions![0]!.image!.split(":").at(-1);
  }

  /** The tags of a repository's images that are marked as deployed. */
  async keptTags(image: string): Promise<string[]> {
    const repositoryName = `local-plue-${image}`;
    const { imageDetails = [] } = await new ECRClient(this.aws.client).send(
      new DescribeImagesCommand({ repositoryName }),
    );
    return imageDetails
      .flatMap(({ imageTags: tags = [] }) =>
        tags.some((tag) => tag.startsWith(deployedTagPrefix)) ? tags : [],
      )
      .filter((tag) => !tag.startsWith(deployedTagPrefix))
      .sort();
  }

  /** The embedded AWS starts no tasks; a count that is set by hand it takes for running ones. */
  async letServicesRun(): Promise<void> {
    for (const service of ["local-plue-api-server", "local-plue-web-app"]) {
      await this.ecs.send(new UpdateServiceCommand({ cluster, service, desiredCount: 1 }));
    }
  }

  /** Moves the migration task on with each look at it, or never. */
  tasksMoveOn(times: number): Promise<Response> {
    return fetch(`${this.aws.endpoint}/moto-api/state-manager/set-transition`, {
      method: "POST",
      body: JSON.stringify({
        model_name: "ecs::task",
        transition: { progression: "manual", times },
      }),
    });
  }

  /** Resolves once nobody holds the state's lock. */
  async lockReleased(): Promise<void> {
    const dynamodb = new DynamoDBClient(this.aws.client);
    const lock = new GetItemCommand({ TableName: "terraform-state-lock", Key: { LockID } });
    while ((await dynamodb.send(lock)).Item) await sleep(500);
  }

  /** Writes lines into a stream of a log group, and creates the stream if it does not exist. */
  async write(group: string, stream: string, ...lines: string[]): Promise<void> {
    const logs = new CloudWatchLogsClient(this.aws.client);
    const names = { logGroupName: group, logStreamName: stream };
    await logs.send(new CreateLogStreamCommand(names)).catch((error: Error) => {
      if (error.name !== "ResourceAlreadyExistsException") throw error;
    });
    const logEvents = lines.map((message, index) => ({ message, timestamp: Date.now() + index }));
    await logs.send(new PutLogEventsCommand({ ...names, logEvents }));
  }
}

/** Gives the tests of a group a user; each starts with a proxy that lets everything through. */
export function usePlue(): PlueUser {
  const user = new PlueUser();
  beforeAll(() => user.start());
  afterEach(() => {
    user.proxy.rule = undefined;
  });
  afterAll(() => user.stop());
  return user;
}
