import { client } from "../aws/client";
import { byUsage } from "./charges";
import { any, noSearch, partBy, passRole, type ResourceKind } from "./kind";

/** A flow log of a VPC. */
export const flowLog: ResourceKind = {
  type: "aws_flow_log",
  words: "flow log",
  drawing: partBy("vpc_id"),
  cost: byUsage("logs.vendedGigabyte", "flow logs taken in", (usage) => usage.flowLogGigabytes),
  existing: noSearch.newId,
  remaining: {
    "ec2:vpc-flow-log/": async (to, id) => {
      const { DescribeFlowLogsCommand, EC2Client } = await import("@aws-sdk/client-ec2");
      const call = new DescribeFlowLogsCommand({ FlowLogIds: [id] });
      return any((await client(EC2Client, to).send(call)).FlowLogs);
    },
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
