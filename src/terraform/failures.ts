import { ActionRequired, PlueError, tail } from "../process/errors";
import { stateBackend } from "../environments/state-backend";
import { terraformCommand } from "./program";
import type { StackFolder } from "./stack";

/** An apply would create what exists and is not in the state. Exit code 2. */
export class AlreadyExists extends ActionRequired {
  /** @param addresses of what exists */
  constructor(readonly addresses: readonly string[]) {
    super(
      `there is already an object where Terraform would create ${addresses.join(", ")}`,
      "If an apply that was cut short has left it, take it into the state (`terraform import`).",
      "If it belongs to something else, remove it or give this one another name.",
    );
  }
}

/**
 * AWS's errors for an object that exists: most services end or begin the name of the error with one of
 * these words, EC2 has `InvalidGroup.Duplicate` and `InvalidPermission.Duplicate`. The provider has words
 * of its own for the load balancer.
 */
const EXISTS =
  /\b\w*(AlreadyExists?|ResourceExists|Duplicate(?=[A-Z])|DuplicateItem|AlreadyOwnedByYou)\w*\b|\bInvalid\w+\.Duplicate\b|^ELBv2 (Target Group|Load Balancer) \(.*\) already exists/m;

/** The addresses for which Terraform's messages say that such an object exists already. */
export function existingAddresses(output: string): string[] {
  const text = output.replace(/^[│╷╵ ]+/gm, "");
  return text
    .split(/^Error: /m)
    .slice(1)
    .filter((message) => EXISTS.test(message) || TAKEN.test(message))
    .flatMap((message) => /^with ([^\s,]+),$/m.exec(message)?.[1] ?? []);
}

/**
 * AWS's errors for an object that has the place of the new one: the priority of a listener rule, a mount
 * target's zone, a subnet's addresses, the name of an ECS service. Sources: the errors of CreateRule (ELB),
 * CreateMountTarget (EFS), CreateSubnet (EC2) and CreateService (ECS) in their API references.
 */
const TAKEN =
  /\b(PriorityInUse|MountTargetConflict|InvalidSubnet\.Conflict)(Exception)?\b|Creation of service was not idempotent/;

/** Explains a failure of Terraform and what a person can do about it. */
export function explainFailure(
  command: string,
  { output, log }: { readonly output: string; readonly log?: string },
  { name, stackDir }: Pick<StackFolder, "name" | "stackDir">,
): PlueError {
  const messages = log === undefined ? "see Terraform's messages above" : `\n\n${tail(output)}`;
  const text = output.replace(/^[│╷╵\s]+/gm, "");
  const terraform = terraformCommand();
  const again = "Run the same command again: Terraform continues from what is done.";
  const field = (key: string) => new RegExp(`^${key}:\\s*(.+)$`, "m").exec(text)?.[1]?.trim();
  const checksum = field("Calculated checksum");
  if (checksum !== undefined) {
    const LockID = { S: `${field("Bucket")}/${field("Key")}-md5` };
    return new ActionRequired(
      `the state of ${name} and its checksum differ: an apply is writing them, or was killed between the two`,
      "Wait until that is done. Only if it is certain that it no longer runs, write the checksum of the state that is there:",
      `  aws dynamodb put-item --region ${stateBackend.region} --table-name ${stateBackend.lockTable} --item '${JSON.stringify({ LockID, Digest: { S: checksum } })}'`,
    );
  }
  if (/Error acquiring the state lock/i.test(text)) {
    const id = field("ID");
    if (id === undefined) {
      return new ActionRequired(
        `the state cannot be locked: ${messages}`,
        `Is the lock table there? \`plue bootstrap ${name}\` makes it.`,
      );
    }
    return new ActionRequired(
      `the state of ${name} is locked by ${field("Who")} since ${field("Created")} (${field("Operation")})`,
      "Wait until that is done. Only if it is certain that it no longer runs, break the lock:",
      `  ${terraform} -chdir=${stackDir} force-unlock ${id}`,
    );
  }
  const cache = /plugin cache dir (.+?) cannot be opened/.exec(text.replace(/\s+/g, " "))?.[1];
  if (cache !== undefined) {
    return new ActionRequired(
      `${terraform} cannot open ${cache}, the folder for a copy of each provider`,
      "Create that folder, or unset TF_PLUGIN_CACHE_DIR (`plugin_cache_dir` in Terraform's CLI configuration).",
    );
  }
  const variables = [...text.matchAll(/input variable "(\w+)" is not set/g)].map(([, v]) => v!);
  if (variables.length > 0) {
    return new ActionRequired(
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
    return new ActionRequired(`Terraform refuses the value of a variable: ${messages}`);
  }
  if (/on \S+\.tfvars(\.json)? line \d+/.test(text)) {
    return new ActionRequired(`Terraform cannot read a file of variables: ${messages}`);
  }
  if (/failed to read dependency lock file/i.test(text)) {
    return new ActionRequired(
      `the lock file of the providers cannot be read: ${messages}`,
      `Restore src/environments/${name}.terraform.lock.hcl from git, or write it again: \`plue providers lock ${name}\`.`,
      `If ${name} has no such file, delete ${stackDir}/.terraform.lock.hcl.`,
    );
  }
  if (
    /Failed to load state: invalid|failed to read module manifest|Required plugins are not installed|Failed to (load|instantiate) provider|cached package .* does not match|Could not load plugin/i.test(
      text,
    )
  ) {
    return new ActionRequired(
      `${stackDir}/.terraform is damaged: ${messages}`,
      "Delete that folder, then run the same command again. The state is not in it.",
    );
  }
  if (/Backend configuration changed|Backend initialization required/i.test(text)) {
    return new ActionRequired(
      "the settings of the state's backend have changed since the last terraform init in this directory",
      `If only the lock has changed: ${terraform} -chdir=${stackDir} init -reconfigure`,
      `If the state must move to another bucket: ${terraform} -chdir=${stackDir} init -migrate-state`,
    );
  }
  const regions = [
    ...text
      .replace(/\s+/g, " ")
      .matchAll(/provider\["[^"]+\/aws"\]\.(\w+) is required, but it has been removed/g),
  ].map(([, alias]) => alias!.replaceAll("_", "-"));
  if (regions.length > 0) {
    const former = [...new Set(regions)].map((region) => `"${region}"`).join(", ");
    return new ActionRequired(
      `${name} still has resources in ${former}, and no setting names the region any longer`,
      `Add it to src/environments/${name}.ts until a deploy has deleted them: \`formerRegions: [${former}]\`.`,
    );
  }
  if (/Moved resource instances excluded by targeting/i.test(text)) {
    return new ActionRequired(
      `the adoption of ${name} is not finished: its state still has addresses of the old project, and Terraform cannot plan only a part of it`,
      `Finish it: \`plue adopt ${name} --apply --tag TAG\`.`,
    );
  }
  if (/ExpiredToken|token.*(has|is) expired/i.test(text)) {
    return new ActionRequired("your AWS credentials expired while Terraform ran", "Log in.", again);
  }
  const providers = explainProviders(text.replace(/\s+/g, " "), name);
  if (providers) return new ActionRequired(`${providers.what}: ${messages}`, ...providers.advice);
  const existing = existingAddresses(output);
  if (command === "apply" && existing.length > 0) return new AlreadyExists(existing);
  return new PlueError(`${terraform} ${command} failed: ${messages}`, {
    advice: command === "apply" ? [again] : [],
    log,
  });
}

/** Why `terraform init` has refused a provider, if it has; of a text without line breaks. */
function explainProviders(
  text: string,
  name: string,
): { what: string; advice: string[] } | undefined {
  const gone = /([\w./-]+): the previously-selected version (\S+) is no longer available/.exec(
    text,
  );
  if (gone) {
    return {
      what: `the lock file of ${name} names ${gone[1]} ${gone[2]}, which is not offered where providers come from`,
      advice: [
        "Put that version where Terraform looks for providers (PLUE_PROVIDER_MIRROR), or",
        `choose one that is there: \`plue providers upgrade ${name}\`.`,
      ],
    };
  }
  if (/locked provider \S+ \S+ does not match configured version constraint/.test(text)) {
    return {
      what: `the lock file of ${name} names a provider version that the code no longer accepts`,
      advice: [`Choose one that it does: \`plue providers upgrade ${name}\`.`],
    };
  }
  if (/managed by newer provider version/.test(text)) {
    return {
      what: `the state of ${name} was written by a later provider than the one in use`,
      advice: [`Use that version or a later one: \`plue providers lock ${name} --aws VERSION\`.`],
    };
  }
  if (/doesn't match any of the checksums previously recorded/.test(text)) {
    return {
      what: `a provider is not the one whose checksum is in the lock file of ${name}`,
      advice: [
        "If the file has no checksum for this platform, add it:",
        `  plue providers lock ${name}`,
        "If it has one, the provider was tampered with or repacked: find out by whom.",
      ],
    };
  }
  return undefined;
}
