import { stateBackend } from "../../environments/state-backend";
import type { EnvironmentSettings } from "../../environments/settings";
import type { Copies } from "../../aws/copies";
import { api, components, names } from "../../names";
import { originNameOf, recoveryName } from "./settings";

/** One step of the way back. */
export interface RecoveryStep {
  /** What to do. */
  readonly what: string;
  /** For a shell, or a person. */
  readonly how: readonly string[];
  /** The fewest and the most minutes that it takes. */
  readonly minutes: readonly [least: number, most: number];
  /** Where these numbers come from. */
  readonly source: string;
}

/** What the way back leads from and to. */
export interface Way {
  /** The environment that is lost. */
  readonly settings: EnvironmentSettings;
  /** Its region. */
  readonly region: string;
  /** The region with the copies. */
  readonly secondRegion: string;
  /** What that region has. */
  readonly copies: Copies;
}

const ASSUMED = "assumed; nobody has measured it";

/** The steps from the decision until users reach the rebuilt environment, in their order. */
export function recoverySteps({ settings, region, secondRegion, copies }: Way): RecoveryStep[] {
  const { name, domain, loadBalancer } = settings;
  const rebuilt = recoveryName(name);
  const { fileSystem, password } = copies;
  const there = `--region ${secondRegion}`;
  const ownCertificate = loadBalancer.https && !domain?.hostedZoneId;
  return [
    {
      what: `If ${region} still answers, stop what writes there, and wait until the copies have all of it`,
      how: [
        `aws ecs update-service --region ${region} --cluster ${names.cluster(name)} --service ${names.task(name, api)} --desired-count 0`,
        `plue dr plan ${name}    # again, until both copies are younger than that`,
      ],
      minutes: [0, 20],
      source: "EFS aims at a copy of 15 minutes ago, RDS writes its log every 5 minutes",
    },
    ...(fileSystem && fileSystem.sourceId
      ? [
          {
            what: `End the replication of the file system: ${fileSystem.id} can be written to from then on`,
            how: [
              `aws efs delete-replication-configuration ${there} --source-file-system-id ${fileSystem.sourceId}`,
              `aws efs describe-file-systems ${there} --file-system-id ${fileSystem.id} --query 'FileSystems[0].FileSystemProtection.ReplicationOverwriteProtection'    # until it says ENABLED`,
              `If ${region} does not answer and the first one fails: the same with --deletion-mode LOCAL_CONFIGURATION_ONLY.`,
            ],
            minutes: [2, 15] as const,
            source: "EFS user guide: several minutes",
          },
        ]
      : []),
    ...(password?.isReplica
      ? [
          {
            what: "Make the replica of the password's secret a secret of its own",
            how: [
              `aws secretsmanager stop-replication-to-replica ${there} --secret-id ${names.passwordSecret(originNameOf(settings))}`,
            ],
            minutes: [0, 1] as const,
            source: "one call",
          },
        ]
      : []),
    {
      what: `Write src/environments/${rebuilt}.ts as it stands below, and add it to src/environments/index.ts`,
      how: [],
      minutes: [2, 10],
      source: ASSUMED,
    },
    stateStep(rebuilt, region, secondRegion),
    ...(ownCertificate
      ? [
          {
            what: `Get a certificate in ${secondRegion}: those of ${region} do not hold there. Keep one ready, and this takes no time`,
            how: [
              `aws acm request-certificate ${there} --validation-method DNS --domain-name ${domain?.name ?? "NAME"}`,
              `${rebuilt}.tfvars: a copy of ${name}.tfvars with its certificate_arn, and with no aws_region`,
            ],
            minutes: [0, 30] as const,
            source: "ACM user guide: up to several hours, most often minutes; 0 with one at hand",
          },
        ]
      : []),
    {
      what: "Deploy: the network, the database out of the backups, all else out of the copies",
      how: [`plue deploy ${rebuilt} ${tagOptions(copies)}`],
      minutes: [25, 190],
      source:
        "the stack waits 3 h at most for the restore; 15 to 20 minutes are assumed for a small database, the load balancer and the tasks 5 to 10",
    },
    {
      what: "Deploy again until nothing is left to change: Terraform's provider restores a database with some settings of the first one, and changes them the next time",
      how: [`plue deploy ${rebuilt}`, `plue doctor ${rebuilt}`],
      minutes: [5, 15],
      source: ASSUMED,
    },
    {
      what: domain?.hostedZoneId
        ? `Nothing: the first deploy has pointed ${domain.name} at the new load balancer`
        : `Point ${domain?.name ?? "your name"} at the new load balancer`,
      how: domain?.hostedZoneId ? [] : [`plue status ${rebuilt}    # tells its name`],
      minutes: [1, 10],
      source: "until the old answer is forgotten: a minute with an alias record, else its TTL",
    },
  ];
}

/** What is to be done once the rebuilt environment serves, before anything is done to the first one. */
export function stepsAfterwards({ settings, region, secondRegion }: Way): string[] {
  const { name, domain } = settings;
  const rebuilt = recoveryName(name);
  const forget = [
    "aws_kms_key.disaster_recovery_copies",
    "aws_kms_alias.disaster_recovery_copies",
    ...(domain?.hostedZoneId
      ? [
          "aws_route53_record.load_balancer_main",
          // One record validates the certificates of all regions.
          "'aws_route53_record.load_balancer_validation[0]'",
        ]
      : []),
  ];
  return [
    ...(stateBackend.region === region
      ? [
          `PLUE_STATE_REGION and PLUE_STATE_BUCKET are for ${rebuilt} alone, in every shell and in CI. For what follows, take them off:`,
          "  unset PLUE_STATE_REGION PLUE_STATE_BUCKET",
        ]
      : []),
    `Run no \`plue deploy ${name}\` before this: it would make the promoted secret a replica again.`,
    `Let the state of ${name} forget what ${rebuilt} has taken over, or destroying ${name} takes the key of all data along:`,
    `  terraform -chdir=cdktf.out/stacks/${name} init && terraform -chdir=cdktf.out/stacks/${name} state rm ${forget.join(" ")}`,
    `Remove \`disasterRecovery\` from src/environments/${name}.ts and name ${secondRegion} in \`formerRegions\`; then \`plue destroy ${name}\`, when nobody needs it any more.`,
    `Then, and not before ${name} is destroyed, copies for next time: \`disasterRecovery: { region: "${region}" }\` in src/environments/${rebuilt}.ts; its secret and repositories have the names of ${originNameOf(settings)}. Keep its \`recovery\` as it is.`,
  ];
}

function stateStep(rebuilt: string, region: string, secondRegion: string): RecoveryStep {
  const lost = stateBackend.region === region;
  return {
    what: lost
      ? `Keep the new state out of ${region}: another bucket, which every later command for ${rebuilt} needs too`
      : `Have the state's bucket at hand: it is in ${stateBackend.region}, and the new state has a key of its own`,
    how: [
      ...(lost
        ? [
            `export PLUE_STATE_REGION=${secondRegion} PLUE_STATE_BUCKET=${stateBackend.bucket}-${secondRegion}`,
          ]
        : []),
      `plue bootstrap ${rebuilt}`,
    ],
    minutes: [1, 2],
    source: "some calls",
  };
}

/** The options of `plue deploy` that deploy the images that are there. */
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
