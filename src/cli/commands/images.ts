import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  DescribeRepositoriesCommand,
  ECRClient,
  GetAuthorizationTokenCommand,
} from "@aws-sdk/client-ecr";
import { planAndApply } from "../../operations/apply";
import { client } from "../../aws/client";
import { openEnvironment, type Environment } from "../../operations/environment";
import { CliError, NeedsPerson, type AwsError } from "../../process/errors";
import { imageExists } from "../../operations/images";
import { onInterrupt } from "../../terminal/interrupt";
import { components, names, type Component } from "../../names";
import { environmentArgument, variableOptions, yesOption, type Configure } from "../options";
import { data, next, say } from "../../terminal/output";
import { capture, show } from "../../process/process";
import { Terraform, type VariableOptions } from "../../terraform/terraform";
import type { EnvironmentSettings } from "../../environments/settings";

interface ImagesOptions extends VariableOptions {
  readonly source: string;
  readonly tag?: string;
  readonly platform: string;
  readonly yes?: boolean;
}

/** `plue images`. */
export const configure: Configure = (command, { projectDir }) => {
  variableOptions(command.addArgument(environmentArgument()))
    .description(
      "Build the three images from Plue's source and push them, tagged by the source's commit; makes the repositories first, where there are none. Prints the tag.",
    )
    .requiredOption("--source <path>", "Plue's source, a git checkout")
    .option("--tag <tag>", "another tag than the source's commit")
    .option("--platform <platform>", "what Fargate runs", "linux/amd64")
    .addOption(yesOption())
    .action(async (settings: EnvironmentSettings, options: ImagesOptions) => {
      const tag = options.tag ?? (await commitOf(options.source));
      await requireDocker();
      const environment = await openEnvironment(settings, projectDir);
      const repositories = await ensureRepositories(environment, options);
      await logIn(environment);
      onInterrupt("What was pushed stays. Run the same command again: it goes on from there.");
      for (const component of components) {
        await buildAndPush(
          environment,
          component,
          `${repositories.get(component)}:${tag}`,
          tag,
          options,
        );
      }
      data(tag);
      next(`\`plue deploy ${environment.name} --tag ${tag}\` deploys these images.`);
    });
};

/**
 * The source's commit. What is not committed would be built as well, and nobody could tell later
 * what ran under that tag.
 */
async function commitOf(source: string): Promise<string> {
  const git = (...args: string[]) => capture("git", ["-C", source, ...args]);
  const commit = await git("rev-parse", "--short=12", "HEAD");
  if (commit.code !== 0) {
    throw new NeedsPerson(
      `${source} is not a git checkout`,
      "Name Plue's source, or give --tag TAG.",
    );
  }
  const status = await git("status", "--porcelain");
  if (status.output.trim() !== "") {
    throw new NeedsPerson(
      `${source} has changes that are not committed`,
      "Commit them, so that the tag says what is in the images, or give --tag TAG.",
    );
  }
  return commit.output.trim();
}

async function requireDocker(): Promise<void> {
  const { code, output } = await capture("docker", ["version", "--format", "{{.Server.Version}}"]);
  if (code !== 0) {
    throw new NeedsPerson(
      `Docker does not answer: ${output.trim().split("\n").at(-1)}`,
      "Start Docker (its engine must run here or at DOCKER_HOST), then run the command again.",
    );
  }
}

async function ensureRepositories(
  environment: Environment,
  options: ImagesOptions,
): Promise<Map<Component, string>> {
  const found = await repositoriesOf(environment);
  if (found) return found;
  say("There are no repositories yet: making them, and nothing else.");
  const terraform = await Terraform.open(environment);
  await planAndApply(environment, terraform, {
    variables: options,
    targets: terraform.stack.addressesOf(["ecr"]),
    yes: options.yes ?? false,
  });
  const made = await repositoriesOf(environment);
  if (!made) throw new CliError("the repositories are not there after the apply");
  return made;
}

async function repositoriesOf(
  environment: Environment,
): Promise<Map<Component, string> | undefined> {
  const repositoryNames = components.map((component) =>
    names.repository(environment.name, component),
  );
  try {
    const { repositories = [] } = await client(ECRClient, environment).send(
      new DescribeRepositoriesCommand({ repositoryNames }),
    );
    return new Map(
      components.map((component, index) => [
        component,
        repositories.find(({ repositoryName }) => repositoryName === repositoryNames[index])!
          .repositoryUri!,
      ]),
    );
  } catch (error) {
    if ((error as AwsError).name === "RepositoryNotFoundException") return undefined;
    throw error;
  }
}

async function logIn(environment: Environment): Promise<void> {
  const { authorizationData = [] } = await client(ECRClient, environment).send(
    new GetAuthorizationTokenCommand({}),
  );
  const { authorizationToken = "", proxyEndpoint = "" } = authorizationData[0] ?? {};
  const [user, password] = Buffer.from(authorizationToken, "base64").toString().split(":");
  const host = proxyEndpoint.replace(/^https?:\/\//, "");
  // By standard input: an argument is there for every user of the machine to see.
  const { code } = await show("docker", ["login", "--username", user!, "--password-stdin", host], {
    input: password,
  });
  if (code !== 0) throw new CliError(`docker login to ${host} failed: see its message above`);
}

async function buildAndPush(
  environment: Environment,
  component: Component,
  reference: string,
  tag: string,
  { source, platform }: ImagesOptions,
): Promise<void> {
  const immutable = environment.settings.ecr.imageTagMutability === "IMMUTABLE";
  if (immutable && (await imageExists(environment, component, tag))) {
    say(`${names.repository(environment.name, component)}:${tag} is already there.`);
    return;
  }
  const context = join(environment.projectDir, "docker");
  if (!existsSync(source)) throw new NeedsPerson(`${source} does not exist`);
  const failed = (step: string) =>
    new CliError(
      `docker ${step} of the ${component.title}'s image failed: see its messages above`,
      {
        advice: ["What was pushed before stays. Run the same command again."],
      },
    );
  const build = [
    "build",
    ...["--platform", platform],
    ...["--build-context", `plue=${source}`],
    ...["--build-arg", `VERSION=${tag}`],
    ...["--build-arg", `REVISION=${tag}`],
    ...["--target", component.target],
    ...["--tag", reference],
    context,
  ];
  say(`\nBuilding the ${component.title}'s image`);
  const built = await show("docker", build, { env: { ...process.env, DOCKER_BUILDKIT: "1" } });
  if (built.code !== 0) throw failed("build");
  const pushed = await show("docker", ["push", reference]);
  if (pushed.code !== 0) throw failed("push");
}
