import { makeRunFolder } from "./run-folder";

/** What every run of Jest starts with, whichever tests it runs. */
export default async function start(): Promise<void> {
  // Else the AWS SDK prints in every test file which Node.js it will need one day.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  // A fifth less CPU for Terraform and its provider, whose runs are short; they take 10 % more memory.
  process.env.GOGC ??= "400";
  await makeRunFolder();
}
