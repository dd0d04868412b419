import { aws } from "../aws/services";
import { count } from "../terminal/output";
import { block, blocks } from "../terraform/stack";
import { ask, search, existing } from "./ask";
import { partOf } from "./charges";
import { after, card, partBy, resourceKind, settingOf, shortName, shown, withId } from "./kind";

const encrypts = ["Decrypt", "GenerateDataKey"];

/** A secret. */
export const secretsmanagerSecret = resourceKind({
  type: "aws_secretsmanager_secret",
  words: "secret",
  drawing: card("security", "lock", "Secret", {
    together: "Secrets Manager",
    facts: ({ name, replica }) => {
      const { region } = block(replica);
      return [shortName(name), region === undefined ? undefined : `copied to ${shown(region)}`];
    },
  }),
  cost: (secrets, { usage }) => {
    const copies = secrets.reduce(
      (total, { values }) => total + 1 + blocks(values.replica).length,
      0,
    );
    const part = partOf(secrets);
    return [
      { part, what: count(copies, "secret"), price: "secret.month", quantity: copies },
      { part, what: "reads of secrets", price: "secret.call", quantity: usage.secretReads },
    ];
  },
  existing: search(aws.secrets, async (secrets, { name }) => {
    const { ARN, Tags } = await secrets.describeSecret({ SecretId: name });
    return existing(ARN, Tags);
  }),
  remaining: {
    "secretsmanager:secret:": ask(
      aws.secrets,
      (secrets, _, arn) => secrets.describeSecret({ SecretId: arn }),
      ({ DeletedDate: date }) =>
        date ? { reason: `deleted on ${date.toISOString().slice(0, 10)}, can be restored` } : {},
    ),
  },
  loses: "the secret",
  permissions: {
    names: {
      "secretsmanager:Secret": (p) => after("secret:", withId(p.Name ?? p.SecretId, "-*")),
    },
    tagging: "secretsmanager:TagResource",
    keyActions: {
      "secretsmanager:CreateSecret": encrypts,
      "secretsmanager:PutSecretValue": encrypts,
      "secretsmanager:ReplicateSecretToRegions": encrypts,
      // Source: UpdateSecret, in the API reference of Secrets Manager.
      "secretsmanager:UpdateSecret": [...encrypts, "Encrypt"],
    },
    also: {
      // Source: CreateSecret, in the API reference of Secrets Manager.
      "secretsmanager:CreateSecret": (p) =>
        p.AddReplicaRegions === undefined
          ? []
          : [
              {
                action: "secretsmanager:ReplicateSecretToRegions",
                on: after("secretsmanager:secret:", withId(p.Name, "-*")),
              },
            ],
    },
  },
});

/** The value of a secret. */
export const secretsmanagerSecretVersion = settingOf("aws_secretsmanager_secret", {
  type: "aws_secretsmanager_secret_version",
  words: "secret version",
  drawing: partBy("secret_id"),
});
