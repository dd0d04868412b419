import type { ResourceKind } from "./kind";
import { acmCertificate, acmCertificateValidation } from "./acm-certificate";
import {
  appautoscalingTarget,
  appautoscalingPolicy,
  appautoscalingScheduledAction,
} from "./appautoscaling-target";
import {
  backupPlan,
  backupSelection,
  backupRestoreTestingPlan,
  backupRestoreTestingSelection,
} from "./backup-plan";
import { backupVault, backupVaultLockConfiguration } from "./backup-vault";
import { budgetsBudget } from "./budgets-budget";
import { cloudwatchDashboard } from "./cloudwatch-dashboard";
import { cloudwatchEventRule, cloudwatchEventTarget } from "./cloudwatch-event-rule";
import { cloudwatchLogGroup } from "./cloudwatch-log-group";
import { cloudwatchMetricAlarm } from "./cloudwatch-metric-alarm";
import { dbInstance, dbInstanceAutomatedBackupsReplication } from "./db-instance";
import { dbParameterGroup } from "./db-parameter-group";
import { dbSubnetGroup } from "./db-subnet-group";
import { ecrRepository, ecrLifecyclePolicy, ecrReplicationConfiguration } from "./ecr-repository";
import { ecsCluster, ecsClusterCapacityProviders } from "./ecs-cluster";
import { ecsService } from "./ecs-service";
import { ecsTaskDefinition } from "./ecs-task-definition";
import { efsAccessPoint } from "./efs-access-point";
import {
  efsFileSystem,
  efsFileSystemPolicy,
  efsBackupPolicy,
  efsReplicationConfiguration,
} from "./efs-file-system";
import { efsMountTarget } from "./efs-mount-target";
import { eip } from "./eip";
import {
  elasticacheReplicationGroup,
  elasticacheSubnetGroup,
} from "./elasticache-replication-group";
import { elasticacheServerlessCache } from "./elasticache-serverless-cache";
import { elasticacheUser, elasticacheUserGroup } from "./elasticache-user";
import { flowLog } from "./flow-log";
import { iamPolicy, iamOpenidConnectProvider } from "./iam-policy";
import { iamRole, iamRolePolicy, iamRolePolicyAttachment } from "./iam-role";
import { internetGateway } from "./internet-gateway";
import { kmsKey, kmsAlias } from "./kms-key";
import { lbListener, lbListenerRule } from "./lb-listener";
import { lbTargetGroup } from "./lb-target-group";
import { lb } from "./lb";
import { natGateway } from "./nat-gateway";
import { randomPassword } from "./random-password";
import { routeTable, routeTableAssociation } from "./route-table";
import { route53Record } from "./route53-record";
import {
  s3Bucket,
  s3BucketPolicy,
  s3BucketLifecycleConfiguration,
  s3BucketPublicAccessBlock,
  s3BucketServerSideEncryptionConfiguration,
} from "./s3-bucket";
import { secretsmanagerSecret, secretsmanagerSecretVersion } from "./secretsmanager-secret";
import { securityGroup, defaultSecurityGroup, securityGroupRule } from "./security-group";
import { snsTopic, snsTopicPolicy, snsTopicSubscription } from "./sns-topic";
import { ssmParameter } from "./ssm-parameter";
import { subnet } from "./subnet";
import { vpcEndpoint } from "./vpc-endpoint";
import { vpc } from "./vpc";
import {
  wafv2WebAcl,
  wafv2WebAclAssociation,
  wafv2WebAclLoggingConfiguration,
} from "./wafv2-web-acl";

const all: readonly ResourceKind[] = [
  acmCertificate,
  acmCertificateValidation,
  appautoscalingTarget,
  appautoscalingPolicy,
  appautoscalingScheduledAction,
  backupPlan,
  backupSelection,
  backupRestoreTestingPlan,
  backupRestoreTestingSelection,
  backupVault,
  backupVaultLockConfiguration,
  budgetsBudget,
  cloudwatchDashboard,
  cloudwatchEventRule,
  cloudwatchEventTarget,
  cloudwatchLogGroup,
  cloudwatchMetricAlarm,
  dbInstance,
  dbInstanceAutomatedBackupsReplication,
  dbParameterGroup,
  dbSubnetGroup,
  ecrRepository,
  ecrLifecyclePolicy,
  ecrReplicationConfiguration,
  ecsCluster,
  ecsClusterCapacityProviders,
  ecsService,
  ecsTaskDefinition,
  efsAccessPoint,
  efsFileSystem,
  efsFileSystemPolicy,
  efsBackupPolicy,
  efsReplicationConfiguration,
  efsMountTarget,
  eip,
  elasticacheReplicationGroup,
  elasticacheSubnetGroup,
  elasticacheServerlessCache,
  elasticacheUser,
  elasticacheUserGroup,
  flowLog,
  iamPolicy,
  iamOpenidConnectProvider,
  iamRole,
  iamRolePolicy,
  iamRolePolicyAttachment,
  internetGateway,
  kmsKey,
  kmsAlias,
  lbListener,
  lbListenerRule,
  lbTargetGroup,
  lb,
  natGateway,
  randomPassword,
  routeTable,
  routeTableAssociation,
  route53Record,
  s3Bucket,
  s3BucketPolicy,
  s3BucketLifecycleConfiguration,
  s3BucketPublicAccessBlock,
  s3BucketServerSideEncryptionConfiguration,
  secretsmanagerSecret,
  secretsmanagerSecretVersion,
  securityGroup,
  defaultSecurityGroup,
  securityGroupRule,
  snsTopic,
  snsTopicPolicy,
  snsTopicSubscription,
  ssmParameter,
  subnet,
  vpcEndpoint,
  vpc,
  wafv2WebAcl,
  wafv2WebAclAssociation,
  wafv2WebAclLoggingConfiguration,
];

/** Every type of resource that a stack has, by its Terraform type. */
export const kinds: ReadonlyMap<string, ResourceKind> = new Map(
  all.map((kind) => [kind.type, kind]),
);

/** The card of a type; undefined if it has none. */
export function cardOf(type: string) {
  const drawing = kinds.get(type)?.drawing;
  return drawing?.as === "card" ? drawing : undefined;
}
