/**
 * Everything that this project uses of the core of CDK for Terraform, which was archived in December 2025. A
 * move to its successor changes this file, the imports of the provider classes and the packages: docs/cdktn.md.
 */
import { TerraformStack } from "cdktf";

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

// cdktf resolves every token once more before it synthesizes, to find references to other stacks: there are none, and
// each stack has a backend. Without this, synthesis takes 10 % less time.
TerraformStack.prototype.prepareStack = () => undefined;
