import { aws } from "../aws/services";
import { listed, search } from "./ask";
import { cacheTags } from "./elasticache-replication-group";
import { after, free, settingOf } from "./kind";

/** A user of a cache. */
export const elasticacheUser = settingOf("aws_elasticache_user_group", {
  type: "aws_elasticache_user",
  words: "elasticache user",
  cost: free.always,
  existing: search(aws.elasticache, async (elasticache, { user_id: UserId }) => {
    const found = await elasticache.describeUsers({ UserId });
    return cacheTags(elasticache, UserId, found.Users?.[0]?.ARN);
  }),
  remaining: {
    "elasticache:user:": listed(aws.elasticache, "Users", (elasticache, UserId) =>
      elasticache.describeUsers({ UserId }),
    ),
  },
  permissions: {
    names: { "elasticache:user": (p) => after("user:", p.UserId ?? p.UserIds ?? p.UserIdsToAdd) },
    creates: { "elasticache:CreateUser": "user" },
  },
});

/** The users of a cache. */
export const elasticacheUserGroup = settingOf("aws_elasticache_serverless_cache", {
  type: "aws_elasticache_user_group",
  words: "elasticache user group",
  cost: free.always,
  existing: search(aws.elasticache, async (elasticache, { user_group_id: UserGroupId }) => {
    const found = await elasticache.describeUserGroups({ UserGroupId });
    return cacheTags(elasticache, UserGroupId, found.UserGroups?.[0]?.ARN);
  }),
  remaining: {
    "elasticache:usergroup:": listed(aws.elasticache, "UserGroups", (elasticache, UserGroupId) =>
      elasticache.describeUserGroups({ UserGroupId }),
    ),
  },
  permissions: {
    names: { "elasticache:usergroup": (p) => after("usergroup:", p.UserGroupId) },
    creates: { "elasticache:CreateUserGroup": "usergroup" },
  },
});
