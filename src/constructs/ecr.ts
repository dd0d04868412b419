import { EcrLifecyclePolicy } from "@cdktf/provider-aws/lib/ecr-lifecycle-policy";
import { EcrRepository } from "@cdktf/provider-aws/lib/ecr-repository";
import { Construct } from "constructs";
import type { EcrSettings } from "../environments/settings";
import { api, migrate, names, web, type Component } from "../names";
import { isNew } from "./legacy";

/** What the repositories are made of. */
export interface EcrProps {
  /** Prefix of all names. */
  readonly environment: string;
  /** ARN of the key of its data. @default a key that AWS manages */
  readonly encryptionKeyArn?: string;
  /** The environment's settings of them. */
  readonly settings: EcrSettings;
}

/** The image repositories of the API server, the web app and the migration task. */
export class Ecr extends Construct {
  /** The API server's images. */
  readonly apiServer: EcrRepository;
  /** The web app's images. */
  readonly webApp: EcrRepository;
  /** The migration task's images. */
  readonly dbMigrate: EcrRepository;

  /** Makes the repositories; each keeps its newest images only. */
  constructor(scope: Construct, id: string, props: EcrProps) {
    super(scope, id);
    const { environment, settings } = props;
    const repository = (component: Component) => {
      const created = new EcrRepository(this, `aws_ecr_repository.${component.module}`, {
        name: names.repository(environment, component),
        imageTagMutability: settings.imageTagMutability,
        imageScanningConfiguration: { scanOnPush: settings.scanOnPush },
        encryptionConfiguration: [
          props.encryptionKeyArn
            ? { encryptionType: "KMS", kmsKey: props.encryptionKeyArn }
            : { encryptionType: "AES256" },
        ],
        forceDelete: settings.forceDelete,
      });
      const lifecyclePolicy = new EcrLifecyclePolicy(
        this,
        `aws_ecr_lifecycle_policy.${component.module}`,
        {
          repository: created.name,
          policy: JSON.stringify({
            rules: [
              {
                rulePriority: 1,
                description: `Keep the last ${settings.maxImageCount} images`,
                selection: {
                  tagStatus: "any",
                  countType: "imageCountMoreThan",
                  countNumber: settings.maxImageCount,
                },
                action: { type: "expire" },
              },
            ],
          }),
        },
      );
      if (component === migrate) isNew(created, lifecyclePolicy);
      return created;
    };
    this.apiServer = repository(api);
    this.webApp = repository(web);
    this.dbMigrate = repository(migrate);
  }
}
