import { TerraformVariable, type TerraformStack } from "../cdktf";
import { patterns } from "../environments/patterns";
import type { EnvironmentSettings } from "../environments/settings";

/**
 * The Terraform variables of a stack. Their names are an interface: tfvars files, `-var` and
 * `TF_VAR_` go by them.
 */
export class Variables {
  /** Region of everything but the state. */
  readonly awsRegion: TerraformVariable;
  /** Tag of the API server's image. */
  readonly apiImageTag: TerraformVariable;
  /** Tag of the web app's image. */
  readonly webImageTag: TerraformVariable;
  /** Tag of the migration task's image. */
  readonly migrateImageTag: TerraformVariable;
  /** Whether the load balancer serves HTTPS and redirects HTTP to it. */
  readonly enableHttps: TerraformVariable;
  /** ARN of the load balancer's certificate. */
  readonly certificateArn: TerraformVariable;
  /** Whether AWS refuses to delete the database. */
  readonly databaseDeletionProtection: TerraformVariable;
  /** Whether AWS refuses to delete the load balancer. */
  readonly albDeletionProtection: TerraformVariable;
  /** Who gets the alarms; declared only where there are alarms to send. */
  readonly snsAlertEmail?: TerraformVariable;

  /** Declares the variables in the stack itself, so that no prefix becomes part of their names. */
  constructor(stack: TerraformStack, settings: EnvironmentSettings) {
    const { loadBalancer, database, domain } = settings;

    this.awsRegion = new TerraformVariable(stack, "aws_region", {
      type: "string",
      description: "Region of everything but the state",
      default: settings.region ?? "us-east-1",
      validation: [
        {
          condition: matches("aws_region", patterns.region),
          errorMessage: "aws_region must be the code of an AWS region, such as us-east-1.",
        },
      ],
    });
    new TerraformVariable(stack, "environment", {
      type: "string",
      description: "Name of the environment; fixed, since each environment is a stack of its own",
      default: settings.name,
      validation: [
        {
          condition: `\${var.environment == "${settings.name}"}`,
          errorMessage: `This is the stack of ${settings.name}: leave environment unset, or choose another stack.`,
        },
      ],
    });

    const tag = (name: string, image: string) =>
      new TerraformVariable(stack, name, {
        type: "string",
        description: `Tag of the ${image} image; "latest" stands for the tag deployed last`,
        default: "latest",
        validation: [
          {
            condition: matches(name, "^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$"),
            errorMessage: `${name} must be an image tag: letters, digits, dots, hyphens and underscores, at most 128, the first one no dot or hyphen.`,
          },
        ],
      });
    this.apiImageTag = tag("api_image_tag", "API server's");
    this.webImageTag = tag("web_image_tag", "web app's");
    this.migrateImageTag = tag("migrate_image_tag", "migration task's");

    const flag = (name: string, description: string, value: boolean) =>
      new TerraformVariable(stack, name, {
        type: "bool",
        description,
        default: value,
        nullable: false,
      });
    this.enableHttps = flag(
      "enable_https",
      "Serve HTTPS on 443 and redirect HTTP to it",
      loadBalancer.https,
    );
    this.databaseDeletionProtection = flag(
      "database_deletion_protection",
      "Let AWS refuse to delete the database",
      database.deletionProtection,
    );
    this.albDeletionProtection = flag(
      "alb_deletion_protection",
      "Let AWS refuse to delete the load balancer",
      loadBalancer.deletionProtection,
    );

    this.certificateArn = new TerraformVariable(stack, "certificate_arn", {
      type: "string",
      description: "ARN of the load balancer's ACM certificate, in the load balancer's region",
      ...(loadBalancer.https && !domain?.hostedZoneId ? {} : { default: "" }),
      nullable: false,
      validation: [
        {
          condition:
            '${var.certificate_arn == "" || can(regex("^arn:aws[a-z-]*:acm:[a-z0-9-]+:[0-9]{12}:certificate/[A-Za-z0-9-]+$", var.certificate_arn))}',
          errorMessage: "certificate_arn must look like arn:aws:acm:REGION:ACCOUNT:certificate/ID.",
        },
      ],
    });
    if (settings.alarms === "notify") {
      this.snsAlertEmail = new TerraformVariable(stack, "sns_alert_email", {
        type: "string",
        description: "E-mail address that gets the alarms; it must confirm the subscription",
        ...(settings.alertEmail ? { default: settings.alertEmail } : {}),
        nullable: false,
        validation: [
          {
            condition: matches("sns_alert_email", patterns.email),
            errorMessage: "sns_alert_email must be an e-mail address.",
          },
        ],
      });
    }
  }
}

/** A condition that is true where a variable matches a pattern. */
function matches(variable: string, pattern: string): string {
  return `\${can(regex(${JSON.stringify(pattern)}, var.${variable}))}`;
}
