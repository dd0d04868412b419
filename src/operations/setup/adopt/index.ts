import { usersOfDefaultGroup } from "../../../aws/ec2";
import { withoutAlarms } from "../../../aws/ecs";
import { services } from "../../../names";
import { ActionRequired } from "../../../process/errors";
import { confirm } from "../../../terminal/prompt";
import { say } from "../../../terminal/output";
import { planAndApply } from "../../deploy/apply";
import { existingObjects } from "../../deploy/leftovers";
import { oldStateKeyOf } from "../../../environments/state-backend";
import type { Environment } from "../../environment";
import { connect, synthesizeStack } from "../../terraform";
import type { PlanJson } from "../../../terraform/plan";
import type { Stack } from "../../../terraform/stack";
import type { VariableOptions } from "../../../terraform/variables";
import { OLD_CODE_DESTROYS, report } from "./report";
import { giveStateBack, hasBegun, isUnmoved, statesOf, takeState, type States } from "./state";
import { checkPlan, undecided, type Verdict } from "./verdict";

/** How to adopt. */
export interface AdoptOptions extends VariableOptions {
  /** Tag of the API server's and the web app's image. @default the variables' own */
  readonly tag?: string;
  /** Addresses of objects whose unexpected changes somebody has agreed to. @default none */
  readonly accept?: readonly string[];
  /** Answer every question with yes. @default false */
  readonly yes?: boolean;
}

/** Result of a check. */
export interface Checked {
  /** The actions of the plan. */
  readonly verdict: Verdict;
  /** True if the old project's code can still plan on this state, and would destroy what is adopted. */
  readonly sharesKey: boolean;
}

/**
 * Plans on the state of the old project and compares the plan with what the adoption does. Nothing is
 * changed.
 * @throws ActionRequired if the environment adopts no state, or the state has nothing of the old project
 */
export async function checkAdoption(
  environment: Environment,
  variables: VariableOptions,
): Promise<Checked> {
  return check(environment, await synthesizeStack(environment), variables);
}

async function check(
  environment: Environment,
  stack: Stack,
  variables: VariableOptions,
): Promise<Checked> {
  const adopts = adoptedBy(environment);
  const states = statesOf(environment, stack.backend);
  const sharesKey = states.old.key === states.now.key;
  const unmoved = await isUnmoved(states);
  const terraform = await connect(environment, stack, {
    ...variables,
    stateKey: unmoved && !sharesKey ? states.old.key : undefined,
  });
  const { plan } = await terraform.plan({ variables });
  const verdict = checkPlan(plan, {
    environment: adopts,
    isAdopted: stack.isAdopted,
    existing: await existingObjects(environment, stack, plan),
    defaultGroupUsers: await defaultGroupUsers(environment, plan),
    hasBegun: await hasBegun(states),
  });
  if (verdict.empty) {
    const { bucket, key } = unmoved ? states.old : states.now;
    throw new ActionRequired(
      `the state at ${bucket}/${key} in ${states.region} has nothing of the old project`,
      "Correct bucket, region or key: docs/adopting.md.",
      "If the old project uses a Terraform workspace, move its state to the default one: `terraform state pull`, `terraform workspace select default`, `terraform state push`.",
    );
  }
  return { verdict, sharesKey };
}

async function defaultGroupUsers(environment: Environment, plan: PlanJson): Promise<string[]> {
  const group = plan.resource_changes?.find(({ type }) => type === "aws_default_security_group");
  const vpc = group?.change.after?.vpc_id;
  return typeof vpc === "string" ? usersOfDefaultGroup(environment, vpc) : [];
}

/**
 * Adopts the state: checks the plan, moves the state to its own key, and applies. After an interruption
 * the same call continues.
 * @throws ActionRequired if the settings name no key for the state, or the plan has changes that the adoption
 * does not make, and nobody agrees
 */
export async function adopt(environment: Environment, options: AdoptOptions): Promise<void> {
  const variables = imageVariables(options);
  const stack = await synthesizeStack(environment);
  const { name, settings } = environment;
  if (settings.stateKey === undefined && (await isUnmoved(statesOf(environment, stack.backend)))) {
    throw new ActionRequired(
      `${name} has no stateKey: after the adoption, an apply of the old code would destroy the database, the file system and every repository`,
      `Set stateKey: "plue/${name}/cdktf/terraform.tfstate" in src/environments/${name}.ts: then the state moves there, and the old code stops. To leave the state where it is, set it to "${oldStateKeyOf(name)}".`,
    );
  }
  const { verdict, sharesKey } = await check(environment, stack, variables);
  say(`\n${report(name, verdict)}\n`);
  if (sharesKey) say(OLD_CODE_DESTROYS);
  const open = undecided(verdict).filter(({ address }) => !options.accept?.includes(address));
  if (open.length > 0) {
    if (options.yes) {
      throw new ActionRequired(
        `${name} has changes that a person must decide on`,
        "Correct what the list names, or agree to it: --accept ADDRESS for each object.",
      );
    }
    await confirm("Adopt with these changes too?", false);
  }
  await takeState(statesOf(environment, stack.backend));
  const terraform = await connect(environment, stack, variables);
  await planAndApply(environment, terraform, {
    variables,
    yes: options.yes ?? false,
    adoption: true,
  });
}

/**
 * Gives the old project its state back and makes the services such that its provider can update them.
 * @throws ActionRequired if there is no copy of the old state
 */
export async function rollBackAdoption(
  environment: Environment,
  { yes = false }: Pick<AdoptOptions, "yes">,
): Promise<States> {
  adoptedBy(environment);
  const stack = await synthesizeStack(environment);
  const states = statesOf(environment, stack.backend);
  await confirm(
    `Give the old project its state of before the adoption back (${environment.name}, account ${environment.accountId})?`,
    yes,
  );
  // The provider cannot remove alarms from a service: its request does not name them, and AWS refuses it.
  for (const service of services) await withoutAlarms(environment, service);
  await giveStateBack(states);
  return states;
}

function adoptedBy({ name, settings: { adopts } }: Environment): NonNullable<typeof adopts> {
  if (adopts !== undefined) return adopts;
  throw new ActionRequired(
    `${name} does not adopt a state of the old project`,
    `If it should, set adopts in src/environments/${name}.ts.`,
  );
}

/** The migration task's image is not there yet: the adoption makes its repository. */
function imageVariables({ tag, var: given = [], varFile }: AdoptOptions): VariableOptions {
  const tags = tag ? services.map(({ tagVariable }) => `${tagVariable}=${tag}`) : [];
  return { var: [...tags, ...given], varFile };
}
