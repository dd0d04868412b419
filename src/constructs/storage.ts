import { EfsAccessPoint } from "@cdktf/provider-aws/lib/efs-access-point";
import { EfsBackupPolicy } from "@cdktf/provider-aws/lib/efs-backup-policy";
import { EfsFileSystem } from "@cdktf/provider-aws/lib/efs-file-system";
import { EfsFileSystemPolicy } from "@cdktf/provider-aws/lib/efs-file-system-policy";
import { EfsMountTarget } from "@cdktf/provider-aws/lib/efs-mount-target";
import type { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { Construct } from "constructs";
import type { TerraformResource } from "../cdktf";
import type { StorageSettings } from "../environments/settings";
import { names } from "../names";
import { securityGroupOf, type Connectable } from "./connections";
import type { PartProps } from "./context";
import { policyDocument, type PolicyStatement } from "./iam";
import { isNew } from "./legacy";
import type { Network } from "./network";

/** Properties of the storage. */
export interface StorageProps extends PartProps<StorageSettings> {
  /** The mount targets are in its private subnets. */
  readonly network: Network;
  /** Flag: the environment adopted a state, whose file system keeps its throughput mode. */
  readonly adopted: boolean;
  /**
   * Id of a copy of another environment's file system, which is imported with its data.
   * @default none: the file system starts empty
   */
  readonly recoveredId?: string;
}

/**
 * The file system of the git repositories. It is encrypted, and can be mounted only over TLS, through the
 * access point, by an IAM role that is allowed to.
 *
 * Cost (us-east-1): $0.30 a GB-month, $0.016 in Infrequent Access; backups $0.05 a GB-month; with elastic throughput
 * $0.03 for each GB that is read and $0.06 for each that is written.
 */
export class Storage extends Construct implements Connectable {
  /** Name in `connections` of src/names.ts. */
  readonly part = "efs";
  /** The file system. */
  readonly fileSystem: EfsFileSystem;
  /** How EFS limits the throughput. */
  readonly throughputMode: NonNullable<StorageSettings["throughputMode"]>;
  /** Access point of the directory /git-repos, which uid and gid 1000 own. */
  readonly gitRepos: EfsAccessPoint;
  /** Security group of the mount targets. */
  readonly securityGroup: SecurityGroup;
  /** Resources that must exist before a task can mount the file system. */
  readonly neededToMount: readonly TerraformResource[];

  /** Creates the file system, its access point and its mount targets. */
  constructor(scope: Construct, id: string, props: StorageProps) {
    super(scope, id);
    const { environment, network, recoveredId, settings } = props;
    this.throughputMode = settings.throughputMode ?? (props.adopted ? "bursting" : "elastic");

    this.fileSystem = new EfsFileSystem(this, "aws_efs_file_system.main", {
      creationToken: names.fileSystem(environment),
      performanceMode: "generalPurpose",
      throughputMode: this.throughputMode,
      encrypted: true,
      kmsKeyId: props.encryptionKeyArn,
      lifecyclePolicy: [
        { transitionToIa: transitionTo(settings.transitionToInfrequentAccessDays) },
      ],
      tags: { Name: names.fileSystem(environment) },
      // The copy keeps its creation token and its key; other ones would replace it.
      ...(recoveredId && { lifecycle: { ignoreChanges: ["creation_token", "kms_key_id"] } }),
    });
    if (recoveredId) this.fileSystem.importFrom(recoveredId);
    // Without a policy, EFS gives root access to any client that reaches a mount target. With a policy,
    // a client needs a role with a permission of its own, and this policy requires TLS.
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

    // No inline rules, for the same reason as in the database's group.
    this.securityGroup = securityGroupOf(this, "efs", props, this.part, {
      description: "Security group for Plue EFS",
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

  /** Policy statement that lets a role mount the git repositories and write to them. */
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
