import { aws } from "../aws/services";
import { existing, listed, search, where } from "./ask";
import { byUsage } from "./charges";
import { partBy, passRole, resourceKind } from "./kind";

/** A flow log of a VPC. */
export const flowLog = resourceKind({
  type: "aws_flow_log",
  words: "flow log",
  drawing: partBy("vpc_id"),
  cost: byUsage("logs.vendedGigabyte", "flow logs taken in", (usage) => usage.flowLogGigabytes),
  // AWS refuses a second flow log of a VPC with the same destination.
  existing: search(aws.ec2, async (ec2, { vpc_id: vpc = "", log_destination: destination }) => {
    const { Filters: Filter } = where({ "resource-id": vpc });
    const { FlowLogs = [] } = await ec2.describeFlowLogs({ Filter });
    const found = FlowLogs.find(
      ({ LogDestination: arn }) => arn?.replace(/:\*$/, "") === destination?.replace(/:\*$/, ""),
    );
    return existing(found?.FlowLogId, found?.Tags);
  }),
  remaining: {
    "ec2:vpc-flow-log/": listed(aws.ec2, "FlowLogs", (ec2, id) =>
      ec2.describeFlowLogs({ FlowLogIds: [id] }),
    ),
  },
  permissions: {
    names: { "ec2:vpc-flow-log": /^fl-/ },
    also: {
      "ec2:CreateFlowLogs": (p) => [
        passRole([p.DeliverLogsPermissionArn], "vpc-flow-logs.amazonaws.com"),
      ],
    },
  },
});
