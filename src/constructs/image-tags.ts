import { DataAwsSsmParametersByPath } from "@cdktf/provider-aws/lib/data-aws-ssm-parameters-by-path";
import { SsmParameter } from "@cdktf/provider-aws/lib/ssm-parameter";
import { Construct } from "constructs";
import { Fn, Token, conditional, ref, type TerraformLocal } from "../cdktf";
import { api, migrate, names, web, type Component } from "../names";
import type { Context } from "./context";
import { isNew } from "./legacy";
import { reference } from "./reference";

/** Which tags to deploy. */
export interface ImageTagsProps extends Context {
  /** tag of the API server's image. */
  readonly apiServer: TerraformLocal;
  /** tag of the web app's image. */
  readonly webApp: TerraformLocal;
  /** tag of the migration task's image. */
  readonly dbMigrate: TerraformLocal;
}

/**
 * The image tags that are deployed, remembered in SSM parameters.
 *
 * A variable names a tag to deploy once; from then on every plan, whoever makes it and with or
 * without the variable, goes on with that tag, since `latest`, the variables' default, stands for
 * the tag that was deployed last. Only where none ever was is it the literal tag.
 */
export class ImageTags extends Construct {
  /** Tag of the API server's image. */
  readonly apiServer: string;
  /** Tag of the web app's image. */
  readonly webApp: string;
  /** Tag of the migration task's image. */
  readonly dbMigrate: string;

  /** Makes the parameters. */
  constructor(scope: Construct, id: string, props: ImageTagsProps) {
    super(scope, id);
    isNew(this);
    const path = names.tagParameters(props.environment);
    const deployed = new DataAwsSsmParametersByPath(
      this,
      "data.aws_ssm_parameters_by_path.deployed",
      { path },
    );
    const known = reference(deployed);
    const knownNames = Token.asList(ref(`${known}.names`));
    const tag = ({ module, image }: Component, wanted: TerraformLocal) =>
      new SsmParameter(this, `aws_ssm_parameter.${module}`, {
        name: `${path}/${image}`,
        description: `Image tag deployed last for ${image}`,
        type: "String",
        // An apply that was cut short may have made it without knowing.
        overwrite: true,
        insecureValue: Token.asString(
          conditional(
            ref(`${reference(wanted)} != "latest"`),
            ref(reference(wanted)),
            Fn.lookup(
              // Tags are no secrets, but the data source marks every value as one.
              Fn.zipmap(knownNames, Fn.nonsensitive(ref(`${known}.values`))),
              `${path}/${image}`,
              "latest",
            ),
          ),
        ),
      }).insecureValue;
    this.apiServer = tag(api, props.apiServer);
    this.webApp = tag(web, props.webApp);
    this.dbMigrate = tag(migrate, props.dbMigrate);
  }
}
