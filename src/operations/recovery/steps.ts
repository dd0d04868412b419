import { stateBackend } from "../../environments/state-backend";
import type { EnvironmentSettings } from "../../environments/settings";
import type { Copies } from "../../aws/copies";
import { api, components, names } from "../../names";
import { originNameOf, recoveryName } from "./settings";

/** A step of the recovery. */
export interface RecoveryStep {
  /** The task. */
  readonly what: string;
  /** Commands for a shell, or text. */
  readonly how: readonly string[];
  /** Minimum and maximum duration in minutes. */
  readonly minutes: readonly [least: number, most: number];
  /** Source of the duration. */
  readonly source: string;
}

/** Properties of a recovery. */
export interface Recovery {
  /** The environment that is lost. */
  readonly settings: EnvironmentSettings;
  /** Its region. */
  readonly region: string;
  /** The region with the copies. */
  readonly secondRegion: string;
  /** Copies in that region. */
  readonly copies: Copies;
}

const ASSUMED = "assumed, not measured";

/** Steps from the decision until users reach the rebuilt environment, in order. */
export function recoverySteps({
  settings,
  region,
  secondRegion,
  copies,
}: Recovery): RecoveryStep[] {
  const { name, domain, loadBalancer } = settings;
  const rebuilt = recoveryName(name);
  const { fileSystem, password } = copies;
  const there = `--region ${secondRegion}`;
  const ownCertificate = loadBalancer.https && !domain?.hostedZoneId;
  return [
    {
      what: `If ${region} still answers, stop the services that write there, and wait until the copies are complete`,
      how: [
        `aws ecs update-service --region ${region} --cluster ${names.cluster(name)} --service ${names.task(name, api)} --desired-count 0`,
        `plue dr plan ${name}    # repeat until both copies are younger than that`,
      ],
      minutes: [0, 20],
      source:
        "EFS aims at a copy that is at most 15 minutes old; RDS copies its log every 5 minutes",
    },
    ...(fileSystem && fileSystem.sourceId
      ? [
          {
            what: `End the replication of the file system: after that ${fileSystem.id} is writable`,
            how: [
              `aws efs delete-replication-configuration ${there} --source-file-system-id ${fileSystem.sourceId}`,
              `aws efs describe-file-systems ${there} --file-system-id ${fileSystem.id} --query 'FileSystems[0].FileSystemProtection.ReplicationOverwriteProtection'    # until it prints ENABLED`,
              `If ${region} does not answer and the first command fails, repeat it with --deletion-mode LOCAL_CONFIGURATION_ONLY.`,
            ],
            minutes: [2, 15] as const,
            source: "EFS user guide: several minutes",
          },
        ]
      : []),
    ...(password?.isReplica
      ? [
          {
            what: "Turn the replica of the password's secret into an independent secret",
            how: [
              `aws secretsmanager stop-replication-to-replica ${there} --secret-id ${names.passwordSecret(originNameOf(settings))}`,
            ],
            minutes: [0, 1] as const,
            source: "one API call",
          },
        ]
      : []),
    {
      what: `Write src/environments/${rebuilt}.ts as printed below, and add it to src/environments/index.ts`,
      how: [],
      minutes: [2, 10],
      source: ASSUMED,
    },
    stateStep(rebuilt, region, secondRegion),
    ...(ownCertificate
      ? [
          {
            what: `Get a certificate in ${secondRegion}: those of ${region} are not valid there. If you request one in advance, this takes no time`,
            how: [
              `aws acm request-certificate ${there} --validation-method DNS --domain-name ${domain?.name ?? "NAME"}`,
              `${rebuilt}.tfvars: a copy of ${name}.tfvars with its certificate_arn, and with no aws_region`,
            ],
            minutes: [0, 30] as const,
            source:
              "ACM user guide: up to several hours, usually minutes; 0 with a certificate that exists",
          },
        ]
      : []),
    {
      what: "Deploy: the database is restored from the backups, the rest uses the copies",
      how: [`plue deploy ${rebuilt} ${tagOptions(copies)}`],
      minutes: [25, 190],
      source:
        "the stack waits at most 3 h for the restore; assumed are 15 to 20 minutes for a small database, and 5 to 10 for the load balancer and the tasks",
    },
    {
      what: "Deploy again until there are no changes: Terraform's provider restores a database with some settings of the original, and updates them in the next apply",
      how: [`plue deploy ${rebuilt}`, `plue doctor ${rebuilt}`],
      minutes: [5, 15],
      source: ASSUMED,
    },
    {
      what: domain?.hostedZoneId
        ? `Nothing to do: the first deploy has pointed ${domain.name} at the new load balancer`
        : `Point ${domain?.name ?? "your name"} at the new load balancer`,
      how: domain?.hostedZoneId ? [] : [`plue status ${rebuilt}    # prints its name`],
      minutes: [1, 10],
      source: "time until DNS caches expire: a minute with an alias record, else the TTL",
    },
  ];
}

/** Steps after the rebuilt environment serves, before any change of the first one. */
export function stepsAfterwards({ settings, region, secondRegion }: Recovery): string[] {
  const { name, domain } = settings;
  const rebuilt = recoveryName(name);
  const forget = [
    "aws_kms_key.disaster_recovery_copies",
    "aws_kms_alias.disaster_recovery_copies",
    ...(domain?.hostedZoneId
      ? [
          "aws_route53_record.load_balancer_main",
          // The same record validates the certificates of all regions.
          "'aws_route53_record.load_balancer_validation[0]'",
        ]
      : []),
  ];
  return [
    ...(stateBackend.region === region
      ? [
          `PLUE_STATE_REGION and PLUE_STATE_BUCKET are for ${rebuilt} only, in every shell and in CI. Unset them for the following steps:`,
          "  unset PLUE_STATE_REGION PLUE_STATE_BUCKET",
        ]
      : []),
    `Run no \`plue deploy ${name}\` before this: it would make the promoted secret a replica again.`,
    `Remove from the state of ${name} the resources that ${rebuilt} has imported; otherwise destroying ${name} deletes the key of all data:`,
    `  terraform -chdir=cdktf.out/stacks/${name} init && terraform -chdir=cdktf.out/stacks/${name} state rm ${forget.join(" ")}`,
    `Remove \`disasterRecovery\` from src/environments/${name}.ts and add ${secondRegion} to \`formerRegions\`; then run \`plue destroy ${name}\` when nobody needs it.`,
    `When ${name} is destroyed, and not earlier, turn on copies again: \`disasterRecovery: { region: "${region}" }\` in src/environments/${rebuilt}.ts. Its secret and repositories keep the names of ${originNameOf(settings)}. Do not change its \`recovery\`.`,
  ];
}

function stateStep(rebuilt: string, region: string, secondRegion: string): RecoveryStep {
  const lost = stateBackend.region === region;
  return {
    what: lost
      ? `Keep the new state out of ${region}: use another bucket, which every later command for ${rebuilt} needs too`
      : `Prepare the state's bucket: it is in ${stateBackend.region}, and the new state has its own key`,
    how: [
      ...(lost
        ? [
            `export PLUE_STATE_REGION=${secondRegion} PLUE_STATE_BUCKET=${stateBackend.bucket}-${secondRegion}`,
          ]
        : []),
      `plue bootstrap ${rebuilt}`,
    ],
    minutes: [1, 2],
    source: "a few API calls",
  };
}

/** Options of `plue deploy` that deploy the copied images. */
export function tagOptions({ repositories }: Copies): string {
  const tags = components.map(
    (component) => repositories.find((one) => one.component === component)?.tag,
  );
  const [first] = tags;
  if (first && tags.every((tag) => tag === first)) return `--tag ${first}`;
  return components
    .map(({ tagVariable }, index) => `--var ${tagVariable}=${tags[index] ?? "TAG"}`)
    .join(" ");
}
