import { aws } from "../aws/services";
import { ask, search, existing } from "./ask";
import { allOf, byUsage, each } from "./charges";
import { card, free, noSearch, resourceKind, settingOf } from "./kind";

/** A customer key. */
export const kmsKey = resourceKind({
  type: "aws_kms_key",
  words: "kms key",
  drawing: card("security", "key", "KMS key", {
    together: "KMS keys",
    facts: (_, { resource, stack, titleOf }) => {
      const users = stack.referrersOf(resource).flatMap(({ type }) => titleOf(type) ?? []);
      return users.length > 0 ? ["encrypts", ...new Set(users)] : [];
    },
  }),
  cost: allOf(
    each("key.month", "customer key"),
    byUsage("key.call", "requests to the keys", (usage) => usage.keyRequests),
  ),
  existing: noSearch.newId,
  remaining: {
    "kms:key/": ask(
      aws.kms,
      (kms, KeyId) => kms.describeKey({ KeyId }),
      ({ KeyMetadata }) => {
        const date = KeyMetadata?.DeletionDate?.toISOString().slice(0, 10);
        if (date === undefined) return {};
        return {
          reason: `customer key: deleted on ${date}; until then \`aws kms cancel-key-deletion\``,
        };
      },
    ),
  },
  permissions: {
    // By its id, or by its alias.
    names: { "kms:key": /^[0-9a-f]{8}-[0-9a-f]{4}-|^alias\// },
    tagging: "kms:TagResource",
    creates: { "kms:CreateKey": "key" },
  },
});

/** The name of a customer key. */
export const kmsAlias = settingOf("aws_kms_key", {
  type: "aws_kms_alias",
  words: "kms alias",
  cost: free.always,
  // An alias has no tags: it belongs to whom its key belongs.
  existing: search(aws.kms, async (kms, { name }) => {
    const { KeyMetadata } = await kms.describeKey({ KeyId: name });
    const { Tags = [] } = await kms.listResourceTags({ KeyId: KeyMetadata?.KeyId });
    return existing(
      name,
      Tags.map(({ TagKey: Key, TagValue: Value }) => ({ Key, Value })),
    );
  }),
  permissions: { names: { "kms:alias": (p) => p.AliasName } },
});
