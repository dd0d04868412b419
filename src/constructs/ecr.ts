import { EcrLifecyclePolicy } from "@cdktf/provider-aws/lib/ecr-lifecycle-policy";
import { EcrRepository } from "@cdktf/provider-aws/lib/ecr-repository";
import { Construct } from "constructs";
import type { RecoverySettings } from "../environments/options";
import type { EcrSettings } from "../environments/settings";
import { api, deployedTagPrefix, migrate, names, web, type Component } from "../names";
import type { Context } from "./context";
import { isNew } from "./legacy";

/** What the repositories are made of. */
export interface EcrProps extends Context {
  /**
   * The environment whose repositories are taken over, with their images, and which of them are there.
   * @default none: they are made empty
   */
  readonly recovery?: Pick<RecoverySettings, "of" | "repositories">;
  /** The environment's settings of them. */
  readonly settings: EcrSettings;
}

/**
 * ECR deletes by count and age, whatever runs. A rule that matches an image's tags keeps all later rules
 * off it, so the first one keeps what is marked as deployed: `plue` marks ten images, and its count is
 * never reached.
 *
 * Source: "How lifecycle policy evaluation works" in the ECR user guide. The images of an index have no
 * tags, and are not deleted before the index.
 */
function lifecyclePolicy({ maxImageCount }: EcrSettings) {
  const tagged = (pattern: string, countNumber: number) => ({
    tagStatus: "tagged",
    tagPatternList: [pattern],
    countType: "imageCountMoreThan",
    countNumber,
  });
  const untagged = {
    tagStatus: "untagged",
    countType: "sinceImagePushed",
    countUnit: "days",
    countNumber: UNTAGGED_DAYS,
  };
  const rule = (rulePriority: number, description: string, selection: object) => ({
    rulePriority,
    description,
    selection,
    action: { type: "expire" },
  });
  return {
    rules: [
      rule(1, "Keep what is deployed", tagged(`${deployedTagPrefix}*`, 1000)),
      rule(2, `Delete what has no tag after ${UNTAGGED_DAYS} days`, untagged),
      rule(3, `Keep the last ${maxImageCount} images`, tagged("*", maxImageCount)),
    ],
  };
}

/** Days after which an image without a tag goes: one that another has taken the tag of, or a part of a build. */
const UNTAGGED_DAYS = 14;

/** The image repositories of the API server, the web app and the migration task. */
export class Ecr extends Construct {
  /** The API server's images. */
  readonly apiServer: EcrRepository;
  /** The web app's images. */
  readonly webApp: EcrRepository;
  /** The migration task's images. */
  readonly dbMigrate: EcrRepository;

  /** Makes the repositories; each keeps its newest images, and those that are deployed. */
  constructor(scope: Construct, id: string, props: EcrProps) {
    super(scope, id);
    const { environment, recovery, settings } = props;
    const repository = (component: Component) => {
      const name = names.repository(recovery?.of ?? environment, component);
      const created = new EcrRepository(this, `aws_ecr_repository.${component.module}`, {
        name,
        imageTagMutability: settings.imageTagMutability,
        imageScanningConfiguration: { scanOnPush: settings.scanOnPush },
        encryptionConfiguration: [
          props.encryptionKeyArn
            ? { encryptionType: "KMS", kmsKey: props.encryptionKeyArn }
            : { encryptionType: "AES256" },
        ],
        forceDelete: settings.forceDelete,
        // A repository keeps the key that replication made it with; another would replace it.
        ...(recovery && { lifecycle: { ignoreChanges: ["encryption_configuration"] } }),
      });
      if (recovery?.repositories.includes(component.key)) created.importFrom(name);
      const policy = new EcrLifecyclePolicy(this, `aws_ecr_lifecycle_policy.${component.module}`, {
        repository: created.name,
        policy: JSON.stringify(lifecyclePolicy(settings)),
      });
      if (component === migrate) isNew(created, policy);
      return created;
    };
    this.apiServer = repository(api);
    this.webApp = repository(web);
    this.dbMigrate = repository(migrate);
  }
}
