import { ActionRequired, PlueError, tail } from "../process/errors";
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

/** The addresses for which Terraform's messages say that such an object exists already. */
export function existingAddresses(output: string): string[] {
  const text = output.replace(/^[│╷╵ ]+/gm, "");
  return text
    .split(/^Error: /m)
    .slice(1)
    .filter((message) => /already ?exists|ResourceExists|Duplicate/i.test(message))
    .flatMap((message) => /^with ([^\s,]+),$/m.exec(message)?.[1] ?? []);
}

/** Says of a Terraform that failed what a person can do about it. */
export function explainFailure(
  command: string,
  { output, log }: { readonly output: string; readonly log?: string },
  { name, stackDir }: Pick<StackFolder, "name" | "stackDir">,
): PlueError {
  const messages = log === undefined ? "see Terraform's messages above" : `\n\n${tail(output)}`;
  const text = output.replace(/^[│╷╵\s]+/gm, "");
  const again = `Run the same command again: Terraform goes on from what is done.`;
  if (/Error acquiring the state lock/i.test(text)) {
    const field = (key: string) => new RegExp(`^${key}:\\s*(.+)$`, "m").exec(text)?.[1]?.trim();
    const id = field("ID");
    if (id === undefined) {
      return new ActionRequired(
        `the state cannot be locked: ${messages}`,
        `Is the lock table there? \`plue bootstrap ${name}\` makes it.`,
      );
    }
    return new ActionRequired(
      `the state of ${name} is locked by ${field("Who")} since ${field("Created")} (${field("Operation")})`,
      "Wait until that is done. Only if it cannot be running any more, break the lock:",
      `  terraform -chdir=${stackDir} force-unlock ${id}`,
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
  if (/Backend configuration changed|Backend initialization required/i.test(text)) {
    return new ActionRequired(
      "the settings of the state's backend have changed since the last terraform init in this directory",
      `If only the lock has changed: terraform -chdir=${stackDir} init -reconfigure`,
      `If the state must move to another bucket: terraform -chdir=${stackDir} init -migrate-state`,
    );
  }
  if (/ExpiredToken|token.*(has|is) expired/i.test(text)) {
    return new ActionRequired("your AWS credentials expired while Terraform ran", "Log in.", again);
  }
  const existing = existingAddresses(output);
  if (command === "apply" && existing.length > 0) return new AlreadyExists(existing);
  return new PlueError(`terraform ${command} failed: ${messages}`, {
    advice: command === "apply" ? [again] : [],
    log,
  });
}
