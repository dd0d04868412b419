/**
 * All that this project uses of CDK for Terraform's core, in one place: a move to another
 * distribution of it (cdktf was archived in December 2025) changes this line and the packages.
 */
export {
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

// cdktf takes a stack trace for each of thousands of tokens, into objects that are no errors, and
// nobody reads them: without them synthesis takes 13 % less time, and tests half. Errors keep theirs.
const captureStackTrace = Error.captureStackTrace.bind(Error);
Error.captureStackTrace = (target, below) => {
  if (target instanceof Error) captureStackTrace(target, below);
};
