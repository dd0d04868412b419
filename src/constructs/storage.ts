import { EfsAccessPoint } from "@cdktf/provider-aws/lib/efs-access-point";
import { EfsBackupPolicy } from "@cdktf/provider-aws/lib/efs-backup-policy";
import { EfsFileSystem } from "@cdktf/provider-aws/lib/efs-file-system";
import { EfsFileSystemPolicy } from "@cdktf/provider-aws/lib/efs-file-system-policy";
import { EfsMountTarget } from "@cdktf/provider-aws/lib/efs-mount-target";
import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { Construct } from "constructs";
import type { TerraformResource } from "../cdktf";
import type { StorageSettings } from "../environments/settings";
import { names } from "../names";
import type { Connectable } from "./connections";
import type { Context } from "./context";
import { policyDocument, type PolicyStatement } from "./iam";
import { isNew } from "./legacy";
import type { Network } from "./network";

/** What the storage is made of. */
export interface StorageProps extends Context {
  /** Where the mount targets stand. */
  readonly network: Network;
  /**
   * Id of the file system that is taken over, with its data: the copy of another environment's.
   * @default none: it is made empty
   */
  readonly recoveredId?: string;
  /** The environment's settings of it. */
  readonly settings: StorageSettings;
}

/**
 * The file system of the git repositories: encrypted, mounted over TLS only, and only through the
 * access point and with an IAM role that may.
 *
 * Cost (us-east-1): $0.30 a GB-month, $0.016 in Infrequent Access; backups $0.05 a GB-month.
 */
export class Storage extends Construct implements Connectable {
  /** Its name among the connections. */
  readonly part = "efs";
  /** The file system. */
  readonly fileSystem: EfsFileSystem;
  /** /git-repos, owned by uid and gid 1000. */
  readonly gitRepos: EfsAccessPoint;
  /** The group of the mount targets. */
  readonly securityGroup: SecurityGroup;
  /** What a task must wait for before it can mount the file system. */
  readonly neededToMount: readonly TerraformResource[];

  /** Makes the file system, its way in and its mount targets. */
  constructor(scope: Construct, id: string, props: StorageProps) {
    super(scope, id);
    const { environment, network, recoveredId, settings } = props;

    this.fileSystem = new EfsFileSystem(this, "aws_efs_file_system.main", {
      creationToken: names.fileSystem(environment),
      performanceMode: "generalPurpose",
      throughputMode: "bursting",
      encrypted: true,
      kmsKeyId: props.encryptionKeyArn,
      lifecyclePolicy: [
        { transitionToIa: transitionTo(settings.transitionToInfrequentAccessDays) },
      ],
      tags: { Name: names.fileSystem(environment) },
      // The copy keeps the token and the key that it was made with; another would replace it.
      ...(recoveredId && { lifecycle: { ignoreChanges: ["creation_token", "kms_key_id"] } }),
    });
    if (recoveredId) this.fileSystem.importFrom(recoveredId);
    // Without a policy EFS lets in, as root, any client that reaches a mount target. With one, only
    // roles with a grant of their own get in; this denies even them a connection without TLS.
    const policy = new EfsFileSystemPolicy(this, "aws_efs_file_system_policy.main", {
      fileSystemId: this.fileSystem.id,
      policy: policyDocument({
        Sid: "TlsOnly",
        Effect: "Deny",
        Principal: { AWS: "*" },
        Action: "*",
        Resource: this.fileSystem.arn,
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      }),
    });
    isNew(policy);
    if (settings.backups) {
      const backups = new EfsBackupPolicy(this, "aws_efs_backup_policy.main", {
        fileSystemId: this.fileSystem.id,
        backupPolicy: { status: "ENABLED" },
      });
      isNew(backups);
    }

    // The rules are resources of their own, for the reason that the database's are.
    const groupName = names.securityGroup(environment, this.part);
    this.securityGroup = new SecurityGroup(this, "aws_security_group.efs", {
      name: groupName,
      description: "Security group for Plue EFS",
      vpcId: network.vpc.id,
      tags: { Name: groupName },
    });
    const mountTargets = network.privateSubnets.map(
      (subnet, index) =>
        new EfsMountTarget(this, `aws_efs_mount_target.main[${index}]`, {
          fileSystemId: this.fileSystem.id,
          subnetId: subnet.id,
          securityGroups: [this.securityGroup.id],
        }),
    );
    this.gitRepos = new EfsAccessPoint(this, "aws_efs_access_point.git_repos", {
      fileSystemId: this.fileSystem.id,
      posixUser: { uid: 1000, gid: 1000 },
      rootDirectory: {
        path: "/git-repos",
        creationInfo: { ownerUid: 1000, ownerGid: 1000, permissions: "755" },
      },
      tags: { Name: `${environment}-plue-git-repos-ap` },
    });
    this.neededToMount = [...mountTargets, policy];
  }

  /** What a role needs to mount the git repositories and write to them, and nothing else. */
  get writeStatement(): PolicyStatement {
    return {
      Action: ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
      Resource: this.fileSystem.arn,
      Condition: { StringEquals: { "elasticfilesystem:AccessPointArn": this.gitRepos.arn } },
    };
  }
}

function transitionTo(days: StorageSettings["transitionToInfrequentAccessDays"]): string {
  return days === 1 ? "AFTER_1_DAY" : `AFTER_${days}_DAYS`;
}
