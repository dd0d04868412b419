import { lockedProviders, withoutProvider } from "../../../src/terraform/lock-file";

// As Terraform 1.11.4 and OpenTofu 1.12.6 write it, but for the checksums.
const text = `# This file is maintained automatically by "terraform init".
# Manual edits may be lost in future updates.

provider "registry.opentofu.org/hashicorp/aws" {
  version     = "5.100.0"
  constraints = ">= 5.100.0, < 7.0.0"
  hashes = [
    "h1:edXOJWE4ORX8Fm+dpVpICzMZJat4AX0VRCAy/xkcOc0=",
  ]
}

provider "registry.terraform.io/hashicorp/aws" {
  version     = "6.5.0"
  constraints = ">= 5.100.0, < 7.0.0"
  hashes = [
    "h1:AA=",
    "zh:00",
  ]
}

provider "registry.terraform.io/hashicorp/random" {
  version = "3.7.2"
  hashes = [
    "zh:00",
  ]
}
`;

test("reads each provider's version", () => {
  expect(lockedProviders(text)).toEqual([
    { address: "registry.opentofu.org/hashicorp/aws", version: "5.100.0" },
    { address: "registry.terraform.io/hashicorp/aws", version: "6.5.0" },
    { address: "registry.terraform.io/hashicorp/random", version: "3.7.2" },
  ]);
  expect(lockedProviders("")).toEqual([]);
});

test("forgets one provider, and nothing else", () => {
  const left = withoutProvider(text, "hashicorp/aws");
  expect(lockedProviders(left)).toEqual([
    { address: "registry.terraform.io/hashicorp/random", version: "3.7.2" },
  ]);
  expect(left).toMatch(/^# This file is maintained/);
});
