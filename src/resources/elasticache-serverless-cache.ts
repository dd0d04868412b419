import { aws } from "../aws/services";
import { block } from "../terraform/stack";
import { listed, search } from "./ask";
import { HOURS_PER_MONTH } from "./charges";
import { cacheTags } from "./elasticache-replication-group";
import { after, capital, card, linkedRole, resourceKind, shown } from "./kind";

/** The data for which a serverless cache of Valkey is charged at least, in GB. Source: Amazon ElastiCache pricing. */
const LEAST_CACHE_GIGABYTES = 0.1;

/** A serverless cache. */
export const elasticacheServerlessCache = resourceKind({
  type: "aws_elasticache_serverless_cache",
  words: "elasticache serverless cache",
  drawing: card("database", "stack", "Cache", {
    facts: ({ engine, cache_usage_limits: limits }) => {
      const { maximum, unit } = block(block(limits).data_storage);
      return [
        `${capital(shown(engine) ?? "")} serverless`,
        maximum === undefined ? undefined : `up to ${shown(maximum)} ${shown(unit)}`,
      ];
    },
  }),
  cost: (caches, { usage }) =>
    caches.flatMap(({ module: part }) => [
      {
        part,
        what: "serverless cache: data",
        price: "cacheServerless.valkey.gigabyteHour",
        quantity: Math.max(LEAST_CACHE_GIGABYTES, usage.cacheGigabytes) * HOURS_PER_MONTH,
      },
      {
        part,
        what: "serverless cache: processing units",
        price: "cacheServerless.valkey.processingUnitMillion",
        quantity: usage.cacheProcessingUnitMillions,
      },
    ]),
  existing: search(aws.elasticache, async (elasticache, { name }) => {
    const found = await elasticache.describeServerlessCaches({ ServerlessCacheName: name });
    return cacheTags(elasticache, name, found.ServerlessCaches?.[0]?.ARN);
  }),
  remaining: {
    "elasticache:serverlesscache:": listed(
      aws.elasticache,
      "ServerlessCaches",
      (elasticache, ServerlessCacheName) =>
        elasticache.describeServerlessCaches({ ServerlessCacheName }),
    ),
  },
  permissions: {
    names: {
      "elasticache:serverlesscache": (p) => after("serverlesscache:", p.ServerlessCacheName),
    },
    creates: { "elasticache:CreateServerlessCache": "serverlesscache" },
    keyActions: { "elasticache:CreateServerlessCache": ["CreateGrant", "DescribeKey"] },
    also: {
      // Source: "Identity and access management for Amazon ElastiCache". The caller creates the VPC endpoint.
      "elasticache:CreateServerlessCache": () => [
        linkedRole("elasticache.amazonaws.com"),
        {
          action: "ec2:CreateVpcEndpoint",
          on: ["ec2:security-group/*", "ec2:subnet/*", "ec2:vpc/*", "ec2:vpc-endpoint/*"],
        },
        { action: "ec2:DeleteVpcEndpoints", on: ["ec2:vpc-endpoint/*"] },
        {
          action: "ec2:CreateTags",
          on: ["ec2:vpc-endpoint/*"],
          context: { "ec2:CreateAction": "CreateVpcEndpoint" },
        },
      ],
    },
  },
});
