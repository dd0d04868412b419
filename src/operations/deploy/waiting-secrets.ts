import { unlessMissing } from "../../aws/errors";
import { aws } from "../../aws/services";
import { ActionRequired } from "../../process/errors";
import { actionOf, type PlanJson } from "../../terraform/plan";
import type { Environment } from "../environment";

/**
 * Checks that no planned secret has the name of one that waits for its deletion. Otherwise the apply would fail after it
 * has created most of the environment.
 * @throws ActionRequired with the secrets, their dates, and what to do
 */
export async function refuseWaitingSecrets(
  environment: Environment,
  { resource_changes: changes = [] }: PlanJson,
): Promise<void> {
  const names = changes
    .filter(
      (change) => change.type === "aws_secretsmanager_secret" && actionOf(change) === "create",
    )
    .map(({ change }) => String(change.after?.name));
  if (names.length === 0) return;
  const secrets = await aws.secrets(environment);
  const found = await Promise.all(
    names.map((SecretId) =>
      // AWS may deny the call if no secret has the name, because the ARN then has no random end.
      unlessMissing(() => secrets.describeSecret({ SecretId }), /NotFound|AccessDenied/),
    ),
  );
  const waiting = found.flatMap((secret) => (secret?.DeletedDate ? [secret] : []));
  if (waiting.length === 0) return;
  const each = (command: string) =>
    waiting.map(
      ({ Name }) =>
        `  aws secretsmanager ${command} --region ${environment.region} --secret-id ${Name}`,
    );
  const list = waiting.map(
    ({ Name, DeletedDate }) => `${Name} (until ${DeletedDate!.toISOString().slice(0, 10)})`,
  );
  throw new ActionRequired(
    `secrets of ${environment.name} wait for their deletion, and their names are taken: ${list.join(", ")}`,
    "To keep their values, restore them, then run this command again; it imports them:",
    ...each("restore-secret"),
    "To delete them now, for ever:",
    ...each("delete-secret --force-delete-without-recovery"),
  );
}
