import { EcrLifecyclePolicy } from "@cdktf/provider-aws/lib/ecr-lifecycle-policy";
import { EcrRepository } from "@cdktf/provider-aws/lib/ecr-repository";
import { Construct } from "constructs";
import type { RecoverySettings } from "../environments/options";
import type { EcrSettings } from "../environments/settings";
import { api, deployedTagPrefix, migrate, names, web, type Component } from "../names";
import type { PartProps } from "./context";
import { isNew } from "./legacy";

/** Properties of the repositories. */
export interface EcrProps extends PartProps<EcrSettings> {
  /**
   * Environment whose repositories are imported with their images, and the repositories that exist.
   * @default none: the repositories start empty
   */
  readonly recovery?: Pick<RecoverySettings, "of" | "repositories">;
}

/**
 * ECR deletes images by count and age, even those that are in use. Once a rule matches an image, no later
 * rule applies to it, so the first rule protects the images that are marked as deployed: `plue` marks ten
 * images, and the rule's count is never reached.
 *
 * Source: "How lifecycle policy evaluation works" in the ECR user guide. The images of an index have no
 * tags, and ECR does not delete them before the index.
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

/** Days after which an untagged image is deleted: its tag moved to another image, or it is part of a build. */
const UNTAGGED_DAYS = 14;

/** The image repositories of the API server, the web app and the migration task. */
export class Ecr extends Construct {
  /** The API server's images. */
  readonly apiServer: EcrRepository;
  /** The web app's images. */
  readonly webApp: EcrRepository;
  /** The migration task's images. */
  readonly dbMigrate: EcrRepository;

  /** Creates the repositories. Each keeps its newest images, and those that are deployed. */
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
        // A repository keeps the key that replication gave it; another key would replace the repository.
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
