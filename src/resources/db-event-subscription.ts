import { aws } from "../aws/services";
import { listed, search } from "./ask";
import { rdsTags } from "./db-parameter-group";
import { after, free, resourceKind } from "./kind";

/** A subscription of a topic to events of RDS. */
export const dbEventSubscription = resourceKind({
  type: "aws_db_event_subscription",
  words: "event subscription",
  cost: free.always,
  existing: search(aws.rds, async (rds, { name }) => {
    const found = await rds.describeEventSubscriptions({ SubscriptionName: name });
    return rdsTags(rds, name, found.EventSubscriptionsList?.[0]?.EventSubscriptionArn);
  }),
  remaining: {
    "rds:es:": listed(aws.rds, "EventSubscriptionsList", (rds, SubscriptionName) =>
      rds.describeEventSubscriptions({ SubscriptionName }),
    ),
  },
  permissions: { names: { "rds:es": (p) => after("es:", p.SubscriptionName) } },
});
