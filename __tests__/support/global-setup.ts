import { makeRunFolder } from "./run-folder";

/** Prepares every run of Jest. */
export default async function start(): Promise<void> {
  // Otherwise the AWS SDK prints a warning about future versions of Node.js in every test file.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  // A fifth less CPU for Terraform and its provider, whose runs are short; they take 10 % more memory.
  process.env.GOGC ??= "400";
  await makeRunFolder();
}
