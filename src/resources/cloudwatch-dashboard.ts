import { each } from "./charges";
import { after, card, noSearch, resourceKind } from "./kind";

/** A dashboard. */
export const cloudwatchDashboard = resourceKind({
  type: "aws_cloudwatch_dashboard",
  words: "cloudwatch dashboard",
  drawing: card("management", "chart", "Dashboard"),
  cost: each("dashboard.month", "dashboard"),
  existing: noSearch.idempotent,
  remaining: "without tags: Terraform's own destroy deletes it or fails",
  permissions: {
    names: {
      "cloudwatch:dashboard": (p) => after("dashboard/", p.DashboardName ?? p.DashboardNames),
    },
  },
});
