import { aws } from "../aws/services";
import { listed } from "./ask";
import { after, free, noSearch, settingOf } from "./kind";

/** A user of a cache. */
export const elasticacheUser = settingOf("aws_elasticache_user_group", {
  type: "aws_elasticache_user",
  words: "elasticache user",
  cost: free.always,
  existing: noSearch.notYet,
  remaining: {
    "elasticache:user:": listed(aws.elasticache, "Users", (elasticache, UserId) =>
      elasticache.describeUsers({ UserId }),
    ),
  },
  permissions: {
    names: { "elasticache:user": (p) => after("user:", p.UserId ?? p.UserIds) },
    creates: { "elasticache:CreateUser": "user" },
  },
});

/** The users of a cache. */
export const elasticacheUserGroup = settingOf("aws_elasticache_serverless_cache", {
  type: "aws_elasticache_user_group",
  words: "elasticache user group",
  cost: free.always,
  existing: noSearch.notYet,
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
