import { client } from "../aws/client";
import {
  any,
  existing,
  free,
  noSearch,
  partBy,
  partOfType,
  settingOf,
  type ResourceKind,
} from "./kind";

/** A security group. */
export const securityGroup: ResourceKind = {
  type: "aws_security_group",
  words: "security group",
  // Each mount target of a file system names its group, so the group is part of none of them.
  drawing: partOfType(/^aws_(ecs_service|lb|db_instance|elasticache_\w+|vpc_endpoint)$/),
  cost: free.always,
  existing: async ({ name = "", vpc_id: vpc = "" }, to) => {
    const { DescribeSecurityGroupsCommand, EC2Client } = await import("@aws-sdk/client-ec2");
    const Filters = [
      { Name: "group-name", Values: [name] },
      { Name: "vpc-id", Values: [vpc] },
    ];
    const call = new DescribeSecurityGroupsCommand({ Filters });
    const { SecurityGroups: [group] = [] } = await client(EC2Client, to).send(call);
    return existing(group?.GroupId, group?.Tags);
  },
  remaining: {
    "ec2:security-group/": async (to, id) => {
      const { DescribeSecurityGroupsCommand, EC2Client } = await import("@aws-sdk/client-ec2");
      const Filters = [{ Name: "group-id", Values: [id] }];
      const call = new DescribeSecurityGroupsCommand({ Filters });
      return any((await client(EC2Client, to).send(call)).SecurityGroups);
    },
  },
  loses: "none",
  permissions: { names: { "ec2:security-group": /^sg-/ } },
};

/** The security group that AWS creates with a VPC. */
export const defaultSecurityGroup = settingOf("aws_vpc", {
  type: "aws_default_security_group",
  words: "default security group",
  cost: free.always,
  remaining: "the question for aws_security_group covers it",
});

/** A rule of a security group that is a resource of its own. */
export const securityGroupRule = settingOf("aws_security_group", {
  type: "aws_security_group_rule",
  words: "security group rule",
  drawing: partBy("security_group_id"),
  cost: free.always,
  existing: noSearch.notYet,
  remaining: {
    "ec2:security-group-rule/": async (to, id) => {
      const { DescribeSecurityGroupRulesCommand, EC2Client } = await import("@aws-sdk/client-ec2");
      const Filters = [{ Name: "security-group-rule-id", Values: [id] }];
      const call = new DescribeSecurityGroupRulesCommand({ Filters });
      return any((await client(EC2Client, to).send(call)).SecurityGroupRules);
    },
  },
});
