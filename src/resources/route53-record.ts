import { after, settingOf } from "./kind";

/** A DNS record. */
export const route53Record = settingOf("aws_route53_zone", {
  type: "aws_route53_record",
  words: "DNS record",
  existing: "records have no tags, and the zone is not ours: Terraform reports the record",
  cost: "an alias to a load balancer is answered free of charge; the zone is not ours",
  remaining: "without tags: Terraform's own destroy deletes it or fails",
  permissions: {
    names: { "route53:hostedzone": (p) => after("hostedzone/", p.HostedZoneId) },
  },
});
