import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findTerraform, terraformCommand } from "../../../src/terraform/program";

test.each([
  [{}, "terraform"],
  [{ TERRAFORM_BINARY_NAME: "tofu" }, "tofu"],
  [{ PLUE_TERRAFORM: "/opt/terraform-1.15", TERRAFORM_BINARY_NAME: "tofu" }, "/opt/terraform-1.15"],
  [{ PLUE_TERRAFORM: "", TERRAFORM_BINARY_NAME: "" }, "terraform"],
])("%j names the program %s", (environment, command) => {
  expect(terraformCommand(environment)).toBe(command);
});

describe("asks the program which it is", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "plue-program-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const program = (prints: string) => {
    const command = join(folder, "program");
    writeFileSync(command, `#!/bin/sh\ncat <<'END'\n${prints}\nEND\n`, { mode: 0o755 });
    return { env: { PATH: process.env.PATH, PLUE_TERRAFORM: command } };
  };

  // The programs' own words.
  test.each([
    ["Terraform v1.11.4\non linux_amd64", "Terraform", "1.11.4"],
    [
      "Terraform v1.11.4\non linux_amd64\n+ provider registry.terraform.io/hashicorp/aws v5.100.0\n\nYour version of Terraform is out of date!",
      "Terraform",
      "1.11.4",
    ],
    ["OpenTofu v1.12.6\non linux_amd64", "OpenTofu", "1.12.6"],
    ["OpenTofu v1.13.0-beta1\non linux_amd64", "OpenTofu", "1.13.0-beta1"],
  ])("%j", async (prints, product, version) => {
    expect(await findTerraform(program(prints))).toMatchObject({
      product,
      version,
      platform: "linux_amd64",
    });
  });

  test("and refuses what is neither", async () => {
    await expect(findTerraform(program("Pulumi v3"))).rejects.toThrow(
      /is neither Terraform nor OpenTofu.*Pulumi v3/s,
    );
  });

  test("and reports that it is missing", async () => {
    const env = { PATH: folder, PLUE_TERRAFORM: "tofu" };
    await expect(findTerraform({ env })).rejects.toThrow("tofu is not installed");
  });
});
