import { client } from "../aws/client";
import { after, any, free, noSearch, settingOf } from "./kind";

/** A user of a cache. */
export const elasticacheUser = settingOf("aws_elasticache_user_group", {
  type: "aws_elasticache_user",
  words: "elasticache user",
  cost: free.always,
  existing: noSearch.notYet,
  remaining: {
    "elasticache:user:": async (to, UserId) => {
      const { DescribeUsersCommand, ElastiCacheClient } =
        await import("@aws-sdk/client-elasticache");
      return any(
        (await client(ElastiCacheClient, to).send(new DescribeUsersCommand({ UserId }))).Users,
      );
    },
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
    "elasticache:usergroup:": async (to, UserGroupId) => {
      const { DescribeUserGroupsCommand, ElastiCacheClient } =
        await import("@aws-sdk/client-elasticache");
      const call = new DescribeUserGroupsCommand({ UserGroupId });
      return any((await client(ElastiCacheClient, to).send(call)).UserGroups);
    },
  },
  permissions: {
    names: { "elasticache:usergroup": (p) => after("usergroup:", p.UserGroupId) },
    creates: { "elasticache:CreateUserGroup": "usergroup" },
  },
});
