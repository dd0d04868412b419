import { Testing } from "../../../src/cdktf";
import type { GithubSettings } from "../../../src/environments/github";
import { deployPolicies, planPolicies } from "../../../src/stack/github-policies";
import { GithubStack } from "../../../src/stack/github-stack";

interface Statement {
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
}
const statements = (documents: readonly string[]) =>
  documents.flatMap((text) => (JSON.parse(text) as { Statement: Statement[] }).Statement);
const settings: GithubSettings = { repository: "acme/infra", environments: ["dev"] };
const resources = (more: Partial<GithubSettings> = {}) =>
  (
    JSON.parse(
      Testing.synth(new GithubStack(Testing.app({ stackTraces: false }), { ...settings, ...more })),
    ) as { resource: Record<string, Record<string, { assume_role_policy: string }>> }
  ).resource;

test("every document fits into a managed policy of IAM", () => {
  for (const documents of [planPolicies(true), deployPolicies("production", true)]) {
    // A role takes ten.
    expect(documents.length).toBeLessThanOrEqual(10);
    for (const text of documents) expect(text.length).toBeLessThanOrEqual(6144);
  }
});

test.each([true, false])(
  "with options (%p), both roles know AWS WAF, and else neither",
  (options) => {
    for (const documents of [planPolicies(options), deployPolicies("dev", options)]) {
      expect(documents.join().includes("wafv2:GetWebACL")).toBe(options);
    }
  },
);

test("a role for pull requests writes nothing, not even the state", () => {
  const writes = statements(planPolicies(true))
    .flatMap(({ Action }) => Action)
    .filter(
      (action) => !/:(Get|List|Describe|BatchGet|BatchCheck|Lookup|Simulate|Head)/.test(action),
    );
  expect(writes).toEqual([]);
});

test("a role that deploys one environment names no other's objects", () => {
  const named = statements(deployPolicies("dev", true))
    .flatMap(({ Resource }) => Resource)
    .filter((resource) => /plue/.test(resource) && !/state|terraform/.test(resource));
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((resource) => /[:/]\*-plue/.test(resource))).toEqual([]);
});

test("no role can be assumed by another repository, a fork's branch or a tag", () => {
  for (const { assume_role_policy: policy } of Object.values(resources().aws_iam_role!)) {
    expect(policy).not.toContain("StringLike");
    const subjects = policy.match(/repo:[^"]+/g) ?? [];
    expect(subjects.length).toBeGreaterThan(0);
    for (const subject of subjects) {
      expect(subject).toMatch(
        /^repo:acme\/infra:(pull_request|ref:refs\/heads\/main|environment:dev)$/,
      );
    }
  }
});

test("an existing provider of the account is used", () => {
  const providerArn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com";
  expect(resources()).toHaveProperty("aws_iam_openid_connect_provider");
  const given = resources({ providerArn });
  expect(given).not.toHaveProperty("aws_iam_openid_connect_provider");
  expect(JSON.stringify(given.aws_iam_role)).toContain(providerArn);
});
