/**
 * All that this project uses of CDK for Terraform's core, in one place: a move to another
 * distribution of it (cdktf was archived in December 2025) changes this line and the packages.
 */
export {
  App,
  Fn,
  S3Backend,
  Testing,
  TerraformCount,
  TerraformDataSource,
  TerraformElement,
  TerraformLocal,
  TerraformOutput,
  TerraformResource,
  TerraformStack,
  TerraformVariable,
  Token,
} from "cdktf";
