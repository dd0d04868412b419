import { DataAwsSsmParametersByPath } from "@cdktf/provider-aws/lib/data-aws-ssm-parameters-by-path";
import { SsmParameter } from "@cdktf/provider-aws/lib/ssm-parameter";
import { Construct } from "constructs";
import { Fn, Token, conditional, ref, type TerraformLocal } from "../cdktf";
import { api, migrate, names, web, type Component } from "../names";
import type { Context } from "./context";
import { isNew } from "./legacy";
import { reference } from "./reference";

/** Properties of the image tags. */
export interface ImageTagsProps extends Context {
  /** Tag of the API server's image. */
  readonly apiServer: TerraformLocal;
  /** Tag of the web app's image. */
  readonly webApp: TerraformLocal;
  /** Tag of the migration task's image. */
  readonly dbMigrate: TerraformLocal;
}

/**
 * The image tags that are deployed, kept in SSM parameters.
 *
 * A variable names a new tag once. Later plans keep that tag, even without the variable: `latest`, the
 * variables' default, stands for the tag that was deployed last, or for itself if none was.
 */
export class ImageTags extends Construct {
  /** Tag of the API server's image. */
  readonly apiServer: string;
  /** Tag of the web app's image. */
  readonly webApp: string;
  /** Tag of the migration task's image. */
  readonly dbMigrate: string;

  /** Creates the parameters. */
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
        // An interrupted apply may have created it without saving the state.
        overwrite: true,
        insecureValue: Token.asString(
          conditional(
            ref(`${reference(wanted)} != "latest"`),
            ref(reference(wanted)),
            Fn.lookup(
              // Tags are not secrets, but the data source marks every value as sensitive.
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
