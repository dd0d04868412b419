import { aws } from "../aws/services";
import { listed } from "./ask";
import { byUsage } from "./charges";
import { noSearch, partBy, passRole, type ResourceKind } from "./kind";

/** A flow log of a VPC. */
export const flowLog: ResourceKind = {
  type: "aws_flow_log",
  words: "flow log",
  drawing: partBy("vpc_id"),
  cost: byUsage("logs.vendedGigabyte", "flow logs taken in", (usage) => usage.flowLogGigabytes),
  existing: noSearch.newId,
  remaining: {
    "ec2:vpc-flow-log/": listed(aws.ec2, "FlowLogs", (ec2, id) =>
      ec2.describeFlowLogs({ FlowLogIds: [id] }),
    ),
  },
  loses: "none",
  permissions: {
    names: { "ec2:vpc-flow-log": /^fl-/ },
    also: {
      "ec2:CreateFlowLogs": (p) => [
        passRole([p.DeliverLogsPermissionArn], "vpc-flow-logs.amazonaws.com"),
      ],
    },
  },
};
