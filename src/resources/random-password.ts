import { partOfType, settingOf } from "./kind";

/** A password that Terraform generates and keeps in its state. */
export const randomPassword = settingOf("aws_secretsmanager_secret_version", {
  type: "random_password",
  words: "random password",
  drawing: partOfType(/^aws_secretsmanager_secret_version$/),
  cost: "Terraform's own",
  remaining: "not in AWS",
});
