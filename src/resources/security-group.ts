import { aws } from "../aws/services";
import { existing, listed, search, where } from "./ask";
import { free, partBy, partOfType, settingOf, resourceKind } from "./kind";

/** A security group. */
export const securityGroup = resourceKind({
  type: "aws_security_group",
  words: "security group",
  // Each mount target of a file system names its group, so the group is part of none of them.
  drawing: partOfType(/^aws_(ecs_service|lb|db_instance|elasticache_\w+|vpc_endpoint)$/),
  cost: free.always,
  existing: search(aws.ec2, async (ec2, { name = "", vpc_id: vpc = "" }) => {
    const groups = await ec2.describeSecurityGroups(where({ "group-name": name, "vpc-id": vpc }));
    const [group] = groups.SecurityGroups ?? [];
    return existing(group?.GroupId, group?.Tags);
  }),
  remaining: {
    "ec2:security-group/": listed(aws.ec2, "SecurityGroups", (ec2, id) =>
      ec2.describeSecurityGroups(where({ "group-id": id })),
    ),
  },
  permissions: { names: { "ec2:security-group": /^sg-/ } },
});

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
  // AWS refuses a rule that differs in nothing but its description, so the one that exists is this one. It
  // belongs to whom its group belongs.
  existing: search(aws.ec2, async (ec2, rule) => {
    const { security_group_id: group, source_security_group_id: source } = rule;
    if (group === undefined || source === undefined) return undefined;
    const { SecurityGroups: [found] = [] } = await ec2.describeSecurityGroups({
      GroupIds: [group],
    });
    const { type, protocol, from_port: from, to_port: to } = rule;
    const rules = type === "ingress" ? found?.IpPermissions : found?.IpPermissionsEgress;
    const same = rules?.find(
      ({ IpProtocol, FromPort, ToPort, UserIdGroupPairs: peers = [] }) =>
        [IpProtocol, FromPort, ToPort].join() === [protocol, from, to].join() &&
        peers.some(({ GroupId }) => GroupId === source),
    );
    return same && existing([group, type, protocol, from, to, source].join("_"), found?.Tags);
  }),
  remaining: {
    "ec2:security-group-rule/": listed(aws.ec2, "SecurityGroupRules", (ec2, id) =>
      ec2.describeSecurityGroupRules(where({ "security-group-rule-id": id })),
    ),
  },
});
