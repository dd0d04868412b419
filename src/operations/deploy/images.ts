import { existsSync } from "node:fs";
import { join } from "node:path";
import { imageExists, registryLogin, repositoryUris } from "../../aws/ecr";
import { rememberedTags } from "../../aws/ssm";
import { components, names, originOf, type Component } from "../../names";
import { ActionRequired, PlueError } from "../../process/errors";
import { onInterrupt } from "../../process/interrupt";
import { capture, follow } from "../../process/run";
import { say } from "../../terminal/output";
import type { VariableOptions } from "../../terraform/variables";
import { planAndApply } from "./apply";
import type { Environment } from "../environment";
import { keepImages } from "./keep-images";
import { openTerraform } from "../terraform";

/** The images to build, and their tags. */
export interface ImagesOptions extends VariableOptions {
  /** Plue's source, a git checkout. */
  readonly source: string;
  /** Tag of the images. */
  readonly tag: string;
  /** Commit of the source, for the images' label. @default none: the label is `unknown` */
  readonly revision?: string;
  /** Platform to build for; any but the one of the environment's tasks is refused. @default the tasks' */
  readonly platform?: string;
  /** More options of `docker buildx build`. */
  readonly buildOptions: readonly string[];
  /** Answers every question. @default false */
  readonly yes?: boolean;
}

/**
 * Builds the three images and pushes them; makes the repositories first where there are none.
 * @throws ActionRequired if there is no such source, or for another platform than the tasks'
 */
export async function buildAndPushImages(
  environment: Environment,
  options: ImagesOptions,
): Promise<void> {
  if (!existsSync(options.source)) throw new ActionRequired(`${options.source} does not exist`);
  const platform = platformOf(environment, options);
  const repositories = await ensureRepositories(environment, options);
  await keepDeployed(environment);
  if (pushes(environment)) await logIn(environment);
  onInterrupt(goOn);
  for (const [component, uri] of repositories) {
    await buildAndPush(environment, component, uri, { ...options, platform });
  }
}

/** Advice after a build that did not finish. */
const goOn = "The finished images stay. Run the same command again: it goes on from there.";

/** Tests whether images are pushed: an embedded AWS with a Docker engine finds them in the engine itself. */
const pushes = ({ embedded }: Environment) => !embedded?.engine;

/**
 * The source's commit. What is not committed would be built as well, and nobody could find out later
 * what ran under that commit.
 * @throws ActionRequired if it is no checkout, or has changes that are not committed
 */
export async function commitOf(source: string): Promise<string> {
  const git = (...args: string[]) => capture("git", ["-C", source, ...args]);
  const commit = await git("rev-parse", "HEAD");
  if (commit.code !== 0) {
    throw new ActionRequired(
      `${source} is not a git checkout`,
      "Give the path of Plue's source, or name a tag with --tag TAG.",
    );
  }
  const status = await git("status", "--porcelain");
  if (status.stdout.trim() !== "") {
    throw new ActionRequired(
      `${source} has changes that are not committed`,
      "Commit them, so that the tag identifies the content of the images, or name a tag with --tag TAG.",
    );
  }
  return commit.stdout.trim();
}

/** @throws ActionRequired if no Docker engine answers */
export async function requireDocker(): Promise<void> {
  const { code, stdout, stderr } = await capture("docker", [
    "version",
    "--format",
    "{{.Server.Version}}",
  ]);
  if (code !== 0) {
    throw new ActionRequired(
      `Docker does not answer: ${`${stdout}${stderr}`.trim().split("\n").at(-1)}`,
      "Start Docker (its engine must run here or at DOCKER_HOST), then run the command again.",
    );
  }
}

/**
 * The platform of the environment's tasks.
 * @throws ActionRequired if another one is asked for: Fargate could not start its images, and an
 * immutable tag would be used up
 */
function platformOf({ name, settings }: Environment, { platform }: ImagesOptions): string {
  const runs = settings.cpuArchitecture === "ARM64" ? "linux/arm64" : "linux/amd64";
  if (platform !== undefined && platform !== runs) {
    throw new ActionRequired(
      `The tasks of ${name} run ${runs}, not ${platform}`,
      `Leave --platform out, or set cpuArchitecture in the settings of ${name}.`,
    );
  }
  return runs;
}

async function ensureRepositories(
  environment: Environment,
  { var: values, varFile, yes = false }: ImagesOptions,
): Promise<Map<Component, string>> {
  const found = await repositoryUris(environment, components);
  if (found) return found;
  say("There are no repositories yet: making them, and nothing else.");
  const variables = { var: values, varFile };
  const terraform = await openTerraform(environment, variables);
  await planAndApply(environment, terraform, {
    variables,
    targets: terraform.stack.addressesOf(["ecr"]),
    yes,
  });
  const made = await repositoryUris(environment, components);
  if (!made) throw new PlueError("the repositories are not there after the apply");
  return made;
}

/** Marks what is deployed: each image that is pushed makes ECR delete an older one. */
async function keepDeployed(environment: Environment): Promise<void> {
  const remembered = await rememberedTags(environment);
  const tags = components.flatMap((component) => {
    const tag = remembered[component.key];
    return tag === undefined ? [] : [[component, tag] as const];
  });
  // The role that pushes images may not be allowed to delete them.
  await keepImages(environment, new Map(tags), { forget: false });
}

async function logIn(environment: Environment): Promise<void> {
  const { host, user, password } = await registryLogin(environment);
  // By standard input: an argument is there for every user of the machine to see.
  const { code } = await follow("docker", ["login", "--username", user, "--password-stdin", host], {
    input: password,
  });
  if (code !== 0) throw new PlueError(`docker login to ${host} failed: see its message above`);
}

async function buildAndPush(
  environment: Environment,
  component: Component,
  repositoryUri: string,
  { source, platform, buildOptions, tag, revision }: ImagesOptions & { readonly platform: string },
): Promise<void> {
  const immutable = environment.settings.ecr.imageTagMutability === "IMMUTABLE";
  if (immutable && (await imageExists(environment, component, tag))) {
    say(`${names.repository(originOf(environment), component)}:${tag} is already there.`);
    return;
  }
  const reference = `${repositoryUri}:${tag}`;
  // One step, because only --push works with every builder: another than the engine's own leaves no image
  // behind that `docker push` could find.
  const build = [
    "buildx",
    "build",
    // An embedded AWS finds its images in the engine itself.
    pushes(environment) ? "--push" : "--load",
    // Without the index that buildx makes by default; an option of the caller's comes later and decides.
    ...["--provenance=false", "--sbom=false"],
    ...["--platform", platform],
    ...["--build-context", `plue=${source}`],
    ...["--build-arg", `VERSION=${tag}`],
    ...(revision === undefined ? [] : ["--build-arg", `REVISION=${revision}`]),
    ...["--target", component.target],
    ...["--tag", reference],
    ...buildOptions,
    join(environment.projectDir, "docker"),
  ];
  say(`\nBuilding the ${component.title}'s image`);
  const { code } = await follow("docker", build);
  if (code !== 0) {
    throw new PlueError(
      `docker build of the ${component.title}'s image failed: see its messages above`,
      { advice: [goOn] },
    );
  }
}
