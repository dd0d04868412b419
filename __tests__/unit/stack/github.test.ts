import { Testing } from "../../../src/cdktf";
import type { GithubSettings } from "../../../src/environments/github";
import {
  deployPolicies,
  permissionsBoundary,
  planPolicies,
} from "../../../src/stack/github-policies";
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
  // The longest name of an environment.
  const name = "a".repeat(20);
  const roles = [planPolicies(name, true), deployPolicies(name, true), [permissionsBoundary(name)]];
  for (const documents of roles) {
    // A role takes ten.
    expect(documents.length).toBeLessThanOrEqual(10);
    for (const text of documents) expect(text.length).toBeLessThanOrEqual(6144);
  }
});

test("every trust policy fits into a role", () => {
  const repository = `${"o".repeat(39)}@1234567890/${"r".repeat(100)}@1234567890`;
  const { aws_iam_role: roles } = resources({ repository });
  for (const { assume_role_policy: trust } of Object.values(roles!)) {
    expect(trust.length).toBeLessThanOrEqual(2048);
  }
});

test.each([true, false])(
  "with options (%p), both roles know AWS WAF, and else neither",
  (options) => {
    for (const documents of [planPolicies("dev", options), deployPolicies("dev", options)]) {
      expect(documents.join().includes("wafv2:GetWebACL")).toBe(options);
    }
  },
);

test("a role for pull requests writes nothing, not even the state", () => {
  const writes = statements(planPolicies("dev", true))
    .flatMap(({ Action }) => Action)
    .filter(
      (action) =>
        !/:(Get|List|Describe|View|BatchGet|BatchCheck|Lookup|Simulate|Head)|^kms:Decrypt$/.test(
          action,
        ),
    );
  expect(writes).toEqual([]);
});

test.each([planPolicies, deployPolicies])(
  "a role of one environment names no other's (%p)",
  (of) => {
    const named = statements(of("dev", true))
      .flatMap(({ Resource }) => Resource)
      .filter((resource) => /plue/.test(resource) && !/state|terraform/.test(resource));
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((resource) => /[:/]\*-plue/.test(resource))).toEqual([]);
  },
);

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

test.each([
  ["acme/infra", "repo:acme/infra:ref:refs/heads/main"],
  ["acme@12/infra@345", "repo:acme@12/infra@345:ref:refs/heads/main"],
])("the roles trust %s by its subject", (repository, subject) => {
  const { images } = resources({ repository }).aws_iam_role!;
  expect(images!.assume_role_policy).toContain(JSON.stringify(subject));
});

test.each(["acme@12/infra", "acme/infra@345", "acme@/infra@345", "acme@12/infra@x", "@12/a@345"])(
  "the repository %s is refused",
  (repository) => {
    expect(() => resources({ repository })).toThrow("or OWNER@ID/NAME@ID with both ids");
  },
);

test("the state is where the settings of the state backend say", async () => {
  process.env.PLUE_STATE_BUCKET = "acme-states";
  process.env.PLUE_STATE_LOCK_TABLE = "acme-locks";
  process.env.PLUE_STATE_LOCK_FILE = "true";
  try {
    await jest.isolateModulesAsync(async () => {
      const of = await import("../../../src/stack/github-policies");
      for (const [documents, writes] of [
        [of.planPolicies("dev"), false],
        [of.deployPolicies("dev"), true],
      ] as const) {
        const text = documents.join();
        expect(text).not.toContain("plue-terraform-state");
        expect(text).not.toContain("terraform-state-lock");
        expect(text).toContain('"arn:aws:s3:::acme-states/plue/dev/terraform.tfstate"');
        expect(text).toContain('"arn:aws:dynamodb:*:*:table/acme-locks"');
        expect(text).toContain('"arn:aws:s3:::acme-states/plue/dev/terraform.tfstate.tflock"');
        expect(text.includes("s3:DeleteObject")).toBe(writes);
      }
    });
  } finally {
    delete process.env.PLUE_STATE_BUCKET;
    delete process.env.PLUE_STATE_LOCK_TABLE;
    delete process.env.PLUE_STATE_LOCK_FILE;
  }
});
