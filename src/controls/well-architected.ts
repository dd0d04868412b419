import { block } from "../terraform/stack";
import {
  eachAllowed,
  exists,
  has,
  hasAgent,
  hasBackups,
  is,
  openPorts,
  outside,
  referredBy,
  rollsBack,
  table,
  type Source,
} from "./control";
import { why } from "./explanations";

const people = "It is about how people work: a template does not contain it.";

const twoZones = {
  reason: "A NAT gateway for each zone and a second database cost more.",
  settings: ["network.natGateways=per-zone", "database.multiAz=true"],
};

/** The questions of the reliability and the security pillar. */
export const wellArchitected: Source = {
  name: "AWS Well-Architected Framework, reliability and security",
  url: "https://docs.aws.amazon.com/wellarchitected/latest/framework/appendix.html",
  controls: [
    ...outside(
      "Quotas belong to the account: docs/quotas.md lists them.",
      "service quotas and constraints",
      "REL 1",
    ),
    ...table([
      "REL 2",
      "network topology",
      "aws_vpc",
      ({ cidr_block: cidr }) => Number(String(cidr).split("/")[1]) <= 20,
      {
        reason: "The address range is small.",
        price:
          "Free before the first deployment: a larger `network.cidr`. Afterwards the plan refuses a change.",
      },
    ]),
    ...outside(
      "The sources of Plue decide this, not its infrastructure.",
      "service architecture; interactions that prevent failures; interactions that withstand failures",
      "REL 3, REL 4, REL 5",
    ),
    ...table(
      [
        "REL 6",
        "monitoring of resources",
        "aws_ecs_cluster",
        exists("aws_cloudwatch_metric_alarm", has("alarm_actions")),
        why.notify,
      ],
      [
        "REL 7",
        "adapts to demand",
        "aws_appautoscaling_target",
        referredBy("aws_appautoscaling_policy"),
      ],
      ["REL 8", "changes are safe", "aws_ecs_service", rollsBack],
      ["REL 9", "backups of data", "aws_efs_file_system", hasBackups, why.storageBackups],
      [
        "REL 10",
        "faults stay in a zone",
        "aws_db_instance",
        (instance, _, stack) =>
          instance.multi_az === true &&
          stack.ofType("aws_nat_gateway").length >= stack.ofType("aws_efs_mount_target").length,
        twoZones,
      ],
      [
        "REL 11",
        "withstands failures",
        "aws_appautoscaling_target",
        ({ min_capacity: least }) => Number(least) >= 2,
        {
          reason:
            "One task of each service is enough here. If it stops, the service is unavailable for a minute.",
          settings: [
            ...["apiServer.minCapacity=2", "apiServer.maxCapacity=4"],
            ...["webApp.minCapacity=2", "webApp.maxCapacity=4"],
          ],
        },
      ],
    ),
    ...outside(
      "People rehearse a recovery: docs/options.md#recovery. A test of this project runs it on the embedded AWS.",
      "tests of reliability",
      "REL 12",
    ),
    ...table([
      "REL 13",
      "plan for disasters",
      "aws_db_instance",
      exists("aws_db_instance_automated_backups_replication"),
      {
        reason:
          "Copies in a second region cost money. Without them, the loss of the region is the loss of all data.",
        settings: ['disasterRecovery={"region":"us-west-2"}'],
      },
    ]),
    ...outside(
      people,
      "secure operation of the workload; identities of people and machines",
      "SEC 1, SEC 2",
    ),
    ...table(
      [
        "SEC 3",
        "permissions",
        "aws_iam_role_policy",
        eachAllowed(({ Action }) => !JSON.stringify(Action).includes('"*"')),
      ],
      [
        "SEC 4",
        "security events are detected",
        "aws_vpc",
        (...vpc) =>
          referredBy("aws_flow_log")(...vpc) && exists("aws_ecs_cluster", hasAgent)(...vpc),
        { ...why.guardDuty, reason: `Flow logs are on. ${why.guardDuty.reason}` },
      ],
      [
        "SEC 5",
        "networks are protected",
        "aws_lb",
        referredBy("aws_wafv2_web_acl_association"),
        why.waf,
      ],
      [
        "SEC 6",
        "compute is protected",
        "aws_security_group",
        (values) => openPorts(values).every((port) => [80, 443].includes(port)),
      ],
    ),
    ...outside(people, "classification of data", "SEC 7"),
    ...table(
      ["SEC 8", "data at rest", "aws_db_instance", is("storage_encrypted", true)],
      [
        "SEC 9",
        "data in transit",
        "aws_lb_listener",
        ({ protocol, default_action: action }) =>
          protocol === "HTTPS" || block(action).type === "redirect",
        why.https,
      ],
    ),
    ...outside(people, "response to incidents; security of the application", "SEC 10, SEC 11"),
  ],
};
