import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { lockFileOf } from "../../../src/environments/lock-file";
import { local } from "../../../src/environments/local";
import {
  compareVersions,
  refuseAnotherRegion,
  refuseOldProvider,
  type Versions,
} from "../../../src/operations/versions";
import { ActionRequired } from "../../../src/process/errors";
import type { StateJson } from "../../../src/terraform/state";

const vpc = (attributes: object, type = "aws_vpc", schema_version = 0): StateJson => ({
  resources: [
    {
      mode: "managed",
      type,
      name: "network_main",
      instances: [{ schema_version, attributes: attributes as Record<string, unknown> }],
    },
  ],
});
const of5 = vpc({ cidr_block: "10.0.0.0/16" });
const of6 = vpc({ region: "us-east-1" });
const of613 = vpc({ region: "us-east-1" }, "aws_flow_log", 1);

const usual: Versions = {
  name: "dev",
  program: { product: "Terraform", version: "1.11.4" },
  provider: "5.100.0",
  state: of5,
  lockFile: "src/environments/dev.terraform.lock.hcl",
  locked: true,
  tableAlone: true,
};

/** The error that stops the command, as the user reads it. */
function refusal(versions: Partial<Versions>): string {
  try {
    compareVersions({ ...usual, ...versions });
  } catch (error) {
    if (error instanceof ActionRequired) return [error.message, ...error.advice].join("\n");
    throw error;
  }
  return "";
}

test.each([
  ["5.x on 5.100.0", {}],
  ["6.x on 6.5.0", { state: of6, provider: "6.5.0" }],
  ["6.13 on 6.47.0", { state: of613, provider: "6.47.0" }],
  ["5.x on 6.47.0, which somebody has locked", { provider: "6.47.0" }],
  ["an empty state on 6.47.0", { state: undefined, provider: "6.47.0" }],
])("accepts without a note: a state of %s", (_, versions) => {
  expect(compareVersions({ ...usual, ...versions })).toEqual([]);
});

test.each([
  ["5.100.0", of6, "6.0.0"],
  ["5.100.0", of613, "6.13.0"],
  ["6.5.0", of613, "6.13.0"],
])("does not downgrade a state to %s", (provider, state, least) => {
  const text = refusal({ provider, state });
  expect(text).toContain(`the state of dev was written by AWS provider ${least} or later`);
  expect(text).toContain(`downgrade it to ${provider}`);
  expect(text).toContain("plue providers lock dev --aws VERSION");
});

test("does not upgrade a state to provider 6 without a lock file for it", () => {
  const text = refusal({ provider: "6.47.0", locked: false });
  expect(text).toContain("written by AWS provider 5");
  expect(text).toContain("plue providers lock dev --aws 5.100.0");
  expect(text).toContain("plue providers lock dev --aws 6.47.0");
  expect(text).toContain("cannot downgrade");
});

test.each([
  ["1.11.4", false],
  ["1.12.2", true],
  ["1.13.5", true],
  ["1.14.0", false],
])("reports if Terraform %s cannot read identities", (version, fails) => {
  const text = refusal({ state: of6, program: { product: "Terraform", version } });
  expect(text.includes("failed to decode identity")).toBe(fails);
});

test("reports that no lock file pins the provider, except for local, which can be recreated", () => {
  expect(compareVersions({ ...usual, locked: false }).join()).toContain("plue providers lock dev");
  expect(compareVersions({ ...usual, locked: false, name: "local" })).toEqual([]);
});

test.each([
  ["Terraform", "1.14.9", true, false],
  ["Terraform", "1.15.0", true, true],
  ["Terraform", "1.15.0", false, false],
  ["OpenTofu", "1.15.0", true, false],
] as const)(
  "explains the warning about dynamodb_table: %s %s, the table alone: %s",
  (product, version, tableAlone, expected) => {
    const notes = compareVersions({ ...usual, program: { product, version }, tableAlone });
    expect(notes.join().includes("dynamodb_table")).toBe(expected);
  },
);

describe("a setting that the locked provider does not support", () => {
  const settings = {
    ...local,
    apiServer: {
      ...local.apiServer,
      deployment: { strategy: "blue-green" as const, bakeTimeMinutes: 5 },
    },
  };
  const locked = (version: string) => {
    const projectDir = mkdtempSync(join(tmpdir(), "versions-"));
    const file = lockFileOf("dev", projectDir);
    mkdirSync(dirname(file), { recursive: true });
    const address = "registry.terraform.io/hashicorp/aws";
    writeFileSync(file, `provider "${address}" {\n  version = "${version}"\n}\n`);
    return () => refuseOldProvider({ name: "dev", settings, projectDir });
  };

  test("is refused, with the version that supports it", () => {
    expect(locked("5.100.0")).toThrow(
      'dev.apiServer.deployment.strategy is "blue-green", which the AWS provider supports from 6.4.0 on, and src/environments/dev.terraform.lock.hcl has 5.100.0',
    );
  });

  test("is accepted with a provider that supports it", () => {
    expect(locked("6.4.0")).not.toThrow();
  });
});

test("another region than that of the state is refused, with both", () => {
  const state = vpc({ arn: "arn:aws:ec2:us-east-1:123456789012:vpc/vpc-1" });
  expect(() => refuseAnotherRegion("dev", "eu-west-1", state)).toThrow(
    "dev is deployed in us-east-1, and its region is now eu-west-1",
  );
  refuseAnotherRegion("dev", "us-east-1", state);
  refuseAnotherRegion("dev", "eu-west-1", undefined);
  refuseAnotherRegion("dev", "eu-west-1", { resources: [] });
});
