import { TerraformLocal, TerraformVariable, type TerraformStack } from "../cdktf";
import { patterns } from "../environments/patterns";
import type { CompleteSettings } from "../environments/settings";

/**
 * The Terraform variables of a stack. Their names are an interface: tfvars files, `-var` and
 * `TF_VAR_` use them.
 *
 * CI systems hand over what is not set as an empty string. Where a variable has a default, an empty
 * value stands for it, so the stack reads a local of the same name; and flags are strings, since
 * Terraform would refuse an empty one.
 */
export class Variables {
  /** Region of everything but the state. */
  readonly awsRegion: TerraformLocal;
  /** Tag of the API server's image. */
  readonly apiImageTag: TerraformLocal;
  /** Tag of the web app's image. */
  readonly webImageTag: TerraformLocal;
  /** Tag of the migration task's image. */
  readonly migrateImageTag: TerraformLocal;
  /** True if the load balancer serves HTTPS and redirects HTTP to it. */
  readonly enableHttps: TerraformLocal;
  /** ARN of the load balancer's certificate. */
  readonly certificateArn: TerraformVariable;
  /** True if AWS refuses to delete the database. */
  readonly databaseDeletionProtection: TerraformLocal;
  /** True if AWS refuses to delete the load balancer. */
  readonly albDeletionProtection: TerraformLocal;
  /** Address that gets the alarms; declared only where there are alarms to send. */
  readonly snsAlertEmail?: TerraformLocal;

  /** Declares the variables in the stack itself, so that no prefix becomes part of their names. */
  constructor(stack: TerraformStack, settings: CompleteSettings) {
    const { loadBalancer, database, domain } = settings;

    const text = (
      name: string,
      description: string,
      fallback: string | undefined,
      condition: string,
      errorMessage: string,
    ) => {
      const empty = `var.${name} == ""`;
      new TerraformVariable(stack, name, {
        type: "string",
        description,
        ...(fallback !== undefined && { default: fallback }),
        nullable: false,
        validation: [
          {
            condition: `\${${fallback === undefined ? "" : `${empty} || `}${condition}}`,
            errorMessage,
          },
        ],
      });
      const value = fallback === undefined ? "" : `${empty} ? ${JSON.stringify(fallback)} : `;
      return local(stack, name, `\${${value}var.${name}}`);
    };

    this.awsRegion = text(
      "aws_region",
      "Region of everything but the state",
      settings.region,
      matches("aws_region", patterns.region),
      "aws_region must be the code of an AWS region, such as us-east-1.",
    );
    text(
      "environment",
      "Name of the environment; fixed, since each environment is a stack of its own",
      settings.name,
      `var.environment == "${settings.name}"`,
      `This is the stack of ${settings.name}: leave environment unset, or choose another stack.`,
    );

    const tag = (name: string, image: string) =>
      text(
        name,
        `Tag of the ${image} image; "latest" stands for the tag deployed last`,
        "latest",
        matches(name, "^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$"),
        `${name} must be an image tag: letters, digits, dots, hyphens and underscores, at most 128, the first one no dot or hyphen.`,
      );
    this.apiImageTag = tag("api_image_tag", "API server's");
    this.webImageTag = tag("web_image_tag", "web app's");
    this.migrateImageTag = tag("migrate_image_tag", "migration task's");

    const flag = (name: string, description: string, value: boolean) => {
      new TerraformVariable(stack, name, {
        type: "string",
        description: `${description}: true or false`,
        default: value,
        nullable: false,
        validation: [
          {
            condition: `\${contains(["", "true", "false"], var.${name})}`,
            errorMessage: `${name} must be true or false.`,
          },
        ],
      });
      return local(stack, name, `\${var.${name} == "" ? ${value} : tobool(var.${name})}`);
    };
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
      this.snsAlertEmail = text(
        "sns_alert_email",
        "E-mail address that gets the alarms; it must confirm the subscription",
        settings.alertEmail,
        matches("sns_alert_email", patterns.email),
        "sns_alert_email must be an e-mail address.",
      );
    }
  }
}

/** A condition that is true where a variable matches a pattern. */
function matches(variable: string, pattern: string): string {
  return `can(regex(${JSON.stringify(pattern)}, var.${variable}))`;
}

/** A local with the name of the variable that it reads. */
function local(stack: TerraformStack, name: string, expression: string): TerraformLocal {
  const made = new TerraformLocal(stack, `local.${name}`, expression);
  made.overrideLogicalId(name);
  return made;
}
