import { EcrLifecyclePolicy } from "@cdktf/provider-aws/lib/ecr-lifecycle-policy";
import { EcrRepository } from "@cdktf/provider-aws/lib/ecr-repository";
import { Construct } from "constructs";
import type { EcrSettings } from "../environments/settings";

/** What the repositories are made of. */
export interface EcrProps extends EcrSettings {
  /** Prefix of all names. */
  readonly environment: string;
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
    const repository = (resource: string, name: string) => {
      const created = new EcrRepository(this, `aws_ecr_repository.${resource}`, {
        name: `${props.environment}-plue-${name}`,
        imageTagMutability: props.imageTagMutability,
        imageScanningConfiguration: { scanOnPush: props.scanOnPush },
        encryptionConfiguration: [{ encryptionType: "AES256" }],
        forceDelete: props.forceDelete,
      });
      new EcrLifecyclePolicy(this, `aws_ecr_lifecycle_policy.${resource}`, {
        repository: created.name,
        policy: JSON.stringify({
          rules: [
            {
              rulePriority: 1,
              description: `Keep the last ${props.maxImageCount} images`,
              selection: {
                tagStatus: "any",
                countType: "imageCountMoreThan",
                countNumber: props.maxImageCount,
              },
              action: { type: "expire" },
            },
          ],
        }),
      });
      return created;
    };
    this.apiServer = repository("api_server", "api-server");
    this.webApp = repository("web_app", "web-app");
    this.dbMigrate = repository("db_migrate", "db-migrate");
  }
}
