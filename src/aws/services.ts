import { client, type AwsTarget } from "./client";

/** Clients of AWS's services. The package of each is loaded on use, because most commands need few of them. */
export const aws = {
  acm: async (to: AwsTarget) => client((await import("@aws-sdk/client-acm")).ACM, to),
  backup: async (to: AwsTarget) => client((await import("@aws-sdk/client-backup")).Backup, to),
  cloudwatch: async (to: AwsTarget) =>
    client((await import("@aws-sdk/client-cloudwatch")).CloudWatch, to),
  ec2: async (to: AwsTarget) => client((await import("@aws-sdk/client-ec2")).EC2, to),
  ecr: async (to: AwsTarget) => client((await import("@aws-sdk/client-ecr")).ECR, to),
  ecs: async (to: AwsTarget) => client((await import("@aws-sdk/client-ecs")).ECS, to),
  efs: async (to: AwsTarget) => client((await import("@aws-sdk/client-efs")).EFS, to),
  elasticache: async (to: AwsTarget) =>
    client((await import("@aws-sdk/client-elasticache")).ElastiCache, to),
  elb: async (to: AwsTarget) =>
    client((await import("@aws-sdk/client-elastic-load-balancing-v2")).ElasticLoadBalancingV2, to),
  events: async (to: AwsTarget) =>
    client((await import("@aws-sdk/client-eventbridge")).EventBridge, to),
  iam: async (to: AwsTarget) => client((await import("@aws-sdk/client-iam")).IAM, to),
  kms: async (to: AwsTarget) => client((await import("@aws-sdk/client-kms")).KMS, to),
  logs: async (to: AwsTarget) =>
    client((await import("@aws-sdk/client-cloudwatch-logs")).CloudWatchLogs, to),
  quotas: async (to: AwsTarget) =>
    client((await import("@aws-sdk/client-service-quotas")).ServiceQuotas, to),
  rds: async (to: AwsTarget) => client((await import("@aws-sdk/client-rds")).RDS, to),
  s3: async (to: AwsTarget) => client((await import("@aws-sdk/client-s3")).S3, to),
  secrets: async (to: AwsTarget) =>
    client((await import("@aws-sdk/client-secrets-manager")).SecretsManager, to),
  sns: async (to: AwsTarget) => client((await import("@aws-sdk/client-sns")).SNS, to),
  ssm: async (to: AwsTarget) => client((await import("@aws-sdk/client-ssm")).SSM, to),
  wafv2: async (to: AwsTarget) => client((await import("@aws-sdk/client-wafv2")).WAFV2, to),
};
