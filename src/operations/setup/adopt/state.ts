import {
  deleteState,
  readState,
  whileLocked,
  writeState,
  type StateObject,
} from "../../../aws/state-object";
import { oldStateKeyOf, stateKeyOf } from "../../../environments/state-backend";
import { ActionRequired } from "../../../process/errors";
import { say } from "../../../terminal/output";
import type { S3Backend } from "../../../terraform/stack";
import type { Environment } from "../../environment";

/** The states of an environment that adopts one of the old project. */
export interface States {
  /** Where the old project keeps it. */
  readonly old: StateObject;
  /** Where this project keeps it; the same object unless `stateKey` names another. */
  readonly now: StateObject;
  /** The copy of the old project's state, from before the adoption. */
  readonly copy: StateObject;
  /** Region of bucket and table. */
  readonly region: string;
}

/** A state as far as it is read here. */
interface Content {
  readonly version: number;
  readonly lineage?: string;
  readonly resources?: readonly { readonly module?: string }[];
  /** Only in what an adoption leaves: where the state is. */
  readonly adopted?: string;
}

/** The format that no Terraform can read, so that each stops at it. Terraform's own is 4. */
const UNREADABLE = 5;

/** Finds the states of an environment. */
export function statesOf(
  { name, settings }: Environment,
  { bucket, dynamodb_table: table, region }: S3Backend,
): States {
  const at = (key: string): StateObject => ({ bucket, table, key });
  const old = oldStateKeyOf(name);
  return {
    old: at(old),
    now: at(stateKeyOf(settings)),
    copy: at(`${old}.before-adoption`),
    region,
  };
}

/**
 * True if the old project's state is where it keeps it and nothing has adopted it: the state is not at the key
 * of its own, or, without such a key, has the old project's addresses.
 * @throws ActionRequired if the key of its own has another state, or the old one's format is unknown
 */
export async function isUnmoved({ old, now, region }: States): Promise<boolean> {
  const state = parse(old, await readState({ region }, old));
  if (state === undefined || state.adopted !== undefined) return false;
  if (state.version !== 4) {
    throw new ActionRequired(
      `the state at ${old.bucket}/${old.key} has the format ${state.version}, and only format 4 can be adopted`,
      "Apply it with the old code and Terraform 1.11, which writes format 4, or correct bucket and key: docs/adopting.md.",
    );
  }
  if (old.key === now.key) return hasOldAddresses(state);
  const there = parse(now, await readState({ region }, now));
  if (there !== undefined && there.lineage !== state.lineage) {
    throw new ActionRequired(
      `there is another state at ${now.bucket}/${now.key}: its lineage is not that of ${old.key}`,
      "Choose a stateKey at which there is none.",
    );
  }
  return there === undefined;
}

/** True if the state has objects in modules, which only the old project has. */
const hasOldAddresses = ({ resources = [] }: Content) => resources.some(({ module }) => module);

/** True if an adoption has begun, finished or not: it begins with the copy, and a rollback and an apply end it. */
export async function hasBegun(states: States): Promise<boolean> {
  const { old, copy, region } = states;
  const content = await readState({ region }, copy);
  if (content === undefined || !(await isUnmoved(states))) return content !== undefined;
  return content === (await readState({ region }, old));
}

/**
 * Moves the state from the old project's key to this project's, keeps a copy, and leaves a file at the
 * old key that stops every Terraform, with the reason in its message. Where both keys are the same, only
 * the copy is made. What is done already is not done again.
 */
export async function takeState(states: States): Promise<void> {
  const { old, now, copy, region } = states;
  await whileLocked({ region }, old, async () => {
    const content = await readState({ region }, old);
    const state = parse(old, content);
    if (content === undefined || state?.version !== 4) return;
    const unmoved = await isUnmoved(states);
    if (hasOldAddresses(state)) await writeState({ region }, copy, content);
    if (old.key === now.key) return;
    if (unmoved) await writeState({ region }, now, content);
    await writeState({ region }, old, stopper(states, state));
    say(
      `The state is at ${now.key} now. At ${old.key} every Terraform stops and names that place.`,
    );
  });
}

/**
 * Gives the old project its state back, as it was before the adoption, and removes this project's.
 * @throws ActionRequired if there is no copy
 */
export async function giveStateBack({ old, now, copy, region }: States): Promise<void> {
  await whileLocked({ region }, old, async () => {
    const content = await readState({ region }, copy);
    if (content === undefined) {
      throw new ActionRequired(
        `there is no copy of the old state at ${copy.bucket}/${copy.key}`,
        "`plue adopt ENV --apply` makes it. If the adoption was applied in another way, docs/adopting.md has the steps by hand.",
      );
    }
    if (old.key === now.key) return writeState({ region }, old, content);
    await whileLocked({ region }, now, async () => {
      await writeState({ region }, old, content);
      await deleteState({ region }, now);
    });
  });
}

/**
 * A file that Terraform's S3 backend finds in order and cannot read. Terraform prints the version of the
 * Terraform that wrote it, which must be a semantic version and here is the reason.
 */
function stopper({ now }: States, { lineage }: Content): string {
  const place = now.key.replaceAll(/[^0-9A-Za-z]+/g, ".");
  return `${JSON.stringify(
    {
      version: UNREADABLE,
      terraform_version: `99.0.0-the-new-project-has-adopted-this-state.it-is-at.${place}`,
      lineage,
      adopted: `The state moved to ${now.key}. The old project must not be applied. To go back: plue adopt --back.`,
    },
    null,
    2,
  )}\n`;
}

function parse({ bucket, key }: StateObject, content: string | undefined): Content | undefined {
  if (content === undefined) return undefined;
  try {
    return JSON.parse(content) as Content;
  } catch {
    throw new ActionRequired(
      `the state at ${bucket}/${key} is not JSON`,
      "Restore its last version:",
      `  aws s3api list-object-versions --bucket ${bucket} --prefix ${key}`,
    );
  }
}
