/** What GitHub Actions may do in the account: see docs/ci.md. */
export interface GithubSettings {
  /** The repository whose workflows may, as `OWNER/NAME`. */
  readonly repository: string;
  /** The branch from which is deployed. @default main */
  readonly branch?: string;
  /**
   * The environments that workflows deploy. GitHub must have environments of the same names, whose
   * required reviewers give the approval.
   */
  readonly environments: readonly string[];
  /**
   * Whether the environments have options of docs/options.md, whose AWS services the roles must then be
   * allowed to call, too. @default false
   */
  readonly options?: boolean;
  /** Region of the stack; its roles are good in all. @default us-east-1 */
  readonly region?: string;
  /**
   * ARN of GitHub's OIDC provider, where the account has it already: an account can have one only.
   * @default none: the stack makes it
   */
  readonly providerArn?: string;
}

/** @default undefined: there is no such stack */
export const github: GithubSettings | undefined = undefined;
