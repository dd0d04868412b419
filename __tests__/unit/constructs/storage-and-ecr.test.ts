import { EcrRepository } from "@cdktf/provider-aws/lib/ecr-repository";
import { EfsAccessPoint } from "@cdktf/provider-aws/lib/efs-access-point";
import { EfsBackupPolicy } from "@cdktf/provider-aws/lib/efs-backup-policy";
import { EfsFileSystem } from "@cdktf/provider-aws/lib/efs-file-system";
import { knownNames, referred, stacks } from "../../support/stack";

describe.each(knownNames)("storage of %s", (name) => {
  const stack = stacks[name];

  test("is encrypted and moves cold files to Infrequent Access", () => {
    expect(stack.json).toHaveResourceWithProperties(EfsFileSystem, {
      creation_token: `${name}-plue-efs`,
      encrypted: true,
      performance_mode: "generalPurpose",
      throughput_mode: name === "local" ? "elastic" : "bursting",
      lifecycle_policy: [expect.objectContaining({ transition_to_ia: "AFTER_30_DAYS" })],
    });
  });

  test("is mounted as uid and gid 1000 at /git-repos", () => {
    expect(stack.json).toHaveResourceWithProperties(EfsAccessPoint, {
      posix_user: { uid: 1000, gid: 1000 },
      root_directory: {
        path: "/git-repos",
        creation_info: { owner_uid: 1000, owner_gid: 1000, permissions: "755" },
      },
    });
  });

  test("has a mount target in each private subnet", () => {
    const targets = Object.values(stack.resources("aws_efs_mount_target"));
    expect(
      targets.map((target) => stack.resource(referred(target.subnet_id)).tags.Name as string),
    ).toEqual([`${name}-private-subnet-1`, `${name}-private-subnet-2`]);
  });
});

test("production's git repositories are backed up", () => {
  expect(stacks.production.json).toHaveResourceWithProperties(EfsBackupPolicy, {
    backup_policy: { status: "ENABLED" },
  });
  expect(stacks.dev.json).not.toHaveResource(EfsBackupPolicy);
});

describe.each(knownNames)("image repositories of %s", (name) => {
  test.each(["api-server", "web-app", "db-migrate"])("%s", (image) => {
    expect(stacks[name].json).toHaveResourceWithProperties(EcrRepository, {
      name: `${name}-plue-${image}`,
      image_tag_mutability: name === "production" ? "IMMUTABLE" : "MUTABLE",
      force_delete: name !== "production",
      image_scanning_configuration: { scan_on_push: name === "production" },
      encryption_configuration: [expect.objectContaining({ encryption_type: "AES256" })],
    });
  });

  test("each keeps its last ten images, and those that are deployed", () => {
    const policies = Object.values(stacks[name].resources("aws_ecr_lifecycle_policy"));
    expect(policies).toHaveLength(3);
    for (const { policy } of policies) {
      expect(JSON.parse(policy as string)).toMatchObject({
        rules: [
          { selection: { tagPatternList: ["deployed-*"] } },
          { selection: { tagStatus: "untagged" } },
          { selection: { tagPatternList: ["*"], countNumber: 10 } },
        ],
      });
    }
  });
});
