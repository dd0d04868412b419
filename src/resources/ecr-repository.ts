import { aws } from "../aws/services";
import { block } from "../terraform/stack";
import { listed, search, existing } from "./ask";
import { byUsage } from "./charges";
import { after, card, linkedRole, noSearch, resourceKind, settingOf, shortName } from "./kind";

/** A repository of images. */
export const ecrRepository = resourceKind({
  type: "aws_ecr_repository",
  words: "repository",
  drawing: card("compute", "images", "Images (ECR)", {
    together: "Images (ECR)",
    facts: ({ name }) => [shortName(name)],
  }),
  cost: byUsage("image.gigabyteMonth", "images", (usage) => usage.imageGigabytes),
  existing: search(aws.ecr, async (ecr, { name = "" }) => {
    const found = await ecr.describeRepositories({ repositoryNames: [name] });
    const resourceArn = found.repositories?.[0]?.repositoryArn;
    return existing(name, (await ecr.listTagsForResource({ resourceArn })).tags);
  }),
  remaining: {
    "ecr:repository/": listed(aws.ecr, "repositories", (ecr, name) =>
      ecr.describeRepositories({ repositoryNames: [name] }),
    ),
  },
  loses: "every image in the repository",
  permissions: {
    names: { "ecr:repository": (p) => after("repository/", p.repositoryName ?? p.repositoryNames) },
    tagging: "ecr:TagResource",
    keyActions: { "ecr:CreateRepository": ["CreateGrant", "DescribeKey", "RetireGrant"] },
  },
});

/** When images of a repository expire. */
export const ecrLifecyclePolicy = settingOf("aws_ecr_repository", {
  type: "aws_ecr_lifecycle_policy",
  words: "lifecycle policy",
});

/** The copies of images in another region. */
export const ecrReplicationConfiguration = resourceKind({
  type: "aws_ecr_replication_configuration",
  words: "ecr replication configuration",
  drawing: card("compute", "images", "Copies of the images", {
    copiesTo: ({ replication_configuration: replication }) =>
      block(block(block(replication).rule).destination).region,
  }),
  cost: byUsage(
    "image.gigabyteMonth",
    "copies of the images in a second region",
    (usage) => usage.imageGigabytes,
  ),
  existing: noSearch.idempotent,
  remaining: "without tags: a setting of the registry",
  permissions: {
    also: {
      // Source: "Using service-linked roles", Amazon ECR User Guide.
      "ecr:PutReplicationConfiguration": () => [linkedRole("replication.ecr.amazonaws.com")],
    },
  },
});
