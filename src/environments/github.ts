import * as v from "valibot";
import { flag, group, list, region, text, type Given } from "./schema";

/** The schema of {@link GithubSettings}. */
export const githubSchema = group({
  /**
   * The repository whose workflows get access, as in the subject of its tokens: `OWNER/NAME`, or
   * `OWNER@ID/NAME@ID` for a repository whose subjects contain ids. docs/ci.md describes how to find them.
   */
  repository: text(
    /^[A-Za-z0-9](-?[A-Za-z0-9]){0,38}(@\d+(?=\/.*@))?\/(?!\.{1,2}(@|$))[A-Za-z0-9._-]{1,100}((?<=@\d+\/[^@]*)@\d+)?$/,
    "must be OWNER/NAME as in https://github.com/OWNER/NAME, without the address, or OWNER@ID/NAME@ID with both ids",
    "octo-org@123456/plue@456789",
  ),
  /** The branch from which workflows deploy. */
  branch: v.optional(
    text(/^(?!\/)[^\s~^:?*[\\]+$/, "must be the name of a branch", "main"),
    "main",
  ),
  /**
   * The environments that workflows deploy. GitHub must have environments of the same names, whose
   * required reviewers give the approval.
   */
  environments: list(
    v.string("must be the name of an environment"),
    1,
    "must name at least one environment",
  ),
  /**
   * The environments that workflows of pull requests plan. A plan reads the secrets of its environment, so
   * everyone who may open a pull request from a branch of the repository can read them.
   */
  pullRequests: v.optional(v.array(v.string("must be the name of an environment")), ["dev"]),
  /**
   * True if an environment uses an option of docs/options.md: the roles then may call its AWS services.
   */
  options: v.optional(flag, false),
  /** Region of the stack; its roles are valid in all. */
  region: v.optional(region, "us-east-1"),
  /**
   * ARN of GitHub's OIDC provider, if the account has it already: an account can have only one.
   * @default none: the stack creates it
   */
  providerArn: v.optional(
    text(
      /^arn:aws[a-z-]*:iam::\d{12}:oidc-provider\/\S+$/,
      "must be the ARN of an OIDC provider",
      "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com",
    ),
  ),
});

/** Permissions of GitHub Actions in the account: see docs/ci.md. */
export type GithubSettings = Given<typeof githubSchema>;

/** @default undefined: there is no such stack */
export const github: GithubSettings | undefined = undefined;
