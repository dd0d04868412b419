import {
  BatchDeleteImageCommand,
  ECRClient,
  paginateListImages,
  type ImageIdentifier,
} from "@aws-sdk/client-ecr";
import { client } from "../../aws/client";
import { openEnvironment, type Environment } from "../../operations/environment";
import { CliError, type AwsError } from "../../process/errors";
import { onInterrupt } from "../../terminal/interrupt";
import { components, names } from "../../names";
import {
  environmentArgument,
  jsonOption,
  variableOptions,
  yesOption,
  type Configure,
} from "../options";
import { count, data, json, next, say, table } from "../../terminal/output";
import { plannedActions, summarize } from "../../terraform/plan";
import { confirmName } from "../../terminal/prompt";
import { remains, type Remainder } from "../../operations/remains";
import { Terraform, type VariableOptions } from "../../terraform/terraform";
import { waitFor } from "../../terminal/wait";
import type { EnvironmentSettings } from "../../environments/settings";

interface DestroyOptions extends VariableOptions {
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** What holds data, and what of it a destroy takes away. */
const LOST: Readonly<Record<string, string>> = {
  aws_db_instance: "the database and its automated backups",
  aws_efs_file_system: "every git repository on the file system",
  aws_ecr_repository: "every image in the repository",
  aws_secretsmanager_secret: "the secret",
  aws_cloudwatch_log_group: "the log",
};

/** The two objects that AWS can protect, and the variables that let go of them. */
const PROTECTED = /^aws_(db_instance|lb)\./;
const UNPROTECT = ["database_deletion_protection=false", "alb_deletion_protection=false"];

/** `plue destroy`. */
export const configure: Configure = (command, { projectDir }) => {
  variableOptions(command.addArgument(environmentArgument()))
    .description(
      "Show what will be lost, ask for the environment's name, take the deletion protections off, destroy everything, and search by tags for what is left.",
    )
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(async (settings: EnvironmentSettings, options: DestroyOptions) => {
      await destroy(await openEnvironment(settings, projectDir), options);
    });
};

async function destroy(environment: Environment, options: DestroyOptions): Promise<void> {
  const { name, settings } = environment;
  const terraform = await Terraform.open(environment);
  const variables = { varFile: options.varFile, var: [...(options.var ?? []), ...UNPROTECT] };
  const { plan } = await terraform.plan({ variables, destroy: true });
  const actions = plannedActions(plan, terraform.stack);
  if (actions.length > 0) {
    say(`\n${summarize(actions.map((one) => ({ ...one, attributes: [] })))}`);
    say(`\nLost for good in ${name} (account ${environment.accountId}):`);
    for (const { address } of actions) {
      const lost = LOST[address.split(".")[0]!];
      if (lost) say(`  ${lost}: ${address}`);
    }
    say(
      settings.database.finalSnapshot
        ? "A final snapshot of the database stays.\n"
        : "No snapshot of the database stays: the settings say finalSnapshot: false.\n",
    );
    await confirmName(`To destroy it, type its name, ${name}:`, name, options.yes ?? false);
    onInterrupt(
      `${name} is half destroyed: \`plue destroy ${name}\` goes on, \`plue deploy ${name}\` makes it whole again.`,
    );
    const held = plan.resource_changes?.filter(
      ({ address, change }) =>
        PROTECTED.test(address) &&
        (change.before?.deletion_protection || change.before?.enable_deletion_protection),
    );
    if (held?.length) {
      say("Taking the deletion protections off.");
      const targets = held.map(({ address }) => address);
      await terraform.apply((await terraform.plan({ variables, targets })).file);
    }
    if (!settings.ecr.forceDelete) await emptyRepositories(environment);
    await terraform.apply((await terraform.plan({ variables, destroy: true })).file);
  }
  const left = await proveGone(environment);
  if (left.length === 0) say(`Nothing of ${name} is left.`);
  if (options.json) json(left);
  else if (left.length > 0) {
    data(
      table(
        ["left on purpose", "why"],
        left.map(({ arn, reason }) => [arn, reason]),
      ),
    );
  }
  next(`\`plue deploy ${name}\` makes the environment anew.`);
}

/** ECR deletes no repository that holds images unless Terraform was told so when it was made. */
async function emptyRepositories(environment: Environment): Promise<void> {
  const ecr = client(ECRClient, environment);
  for (const component of components) {
    const repositoryName = names.repository(environment.name, component);
    try {
      const imageIds: ImageIdentifier[] = [];
      for await (const page of paginateListImages(
        { client: ecr, pageSize: 100 },
        { repositoryName },
      )) {
        imageIds.push(...(page.imageIds ?? []));
      }
      // ECR takes 100 at a time. Of images with several tags each tag is one.
      for (let start = 0; start < imageIds.length; start += 100) {
        const part = imageIds.slice(start, start + 100);
        await ecr.send(new BatchDeleteImageCommand({ repositoryName, imageIds: part }));
      }
      if (imageIds.length > 0)
        say(`${repositoryName}: deleted ${count(imageIds.length, "image")}.`);
    } catch (error) {
      if ((error as AwsError).name !== "RepositoryNotFoundException") throw error;
    }
  }
}

/** The search by tags lags behind: what it finds may be gone some seconds later. */
async function proveGone(environment: Environment): Promise<Remainder[]> {
  const { name } = environment;
  onInterrupt(`${name} is destroyed; what is left by its tags was not looked up to the end.`);
  return waitFor<Remainder[]>({
    what: "What is left by its tags",
    timeout: 180,
    interval: 10,
    advice: [
      "Nothing in Terraform's state holds them any more: delete them by hand.",
      `aws resourcegroupstaggingapi get-resources --region ${environment.region} --tag-filters Key=Environment,Values=${name} Key=Project,Values=plue`,
    ],
    look: async () => {
      const found = await remains(environment);
      const unexpected = found.filter(({ reason }) => reason === undefined);
      return unexpected.length === 0
        ? { done: found }
        : { waiting: unexpected.map(({ arn }) => arn).join(", ") };
    },
  }).catch((error: unknown) => {
    throw error instanceof CliError
      ? new CliError(`destroyed, but something is left: ${error.message}`, { advice: error.advice })
      : error;
  });
}
