import {
  atLeast,
  exists,
  has,
  hasAgent,
  hasBackups,
  is,
  namesActions,
  opensOnlyWeb,
  outside,
  redirects,
  referredBy,
  rollsBack,
  controlsOf,
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
    ...controlsOf("aws_vpc", {
      "REL 2": [
        "network topology",
        ({ cidr_block: cidr }) => Number(String(cidr).split("/")[1]) <= 20,
        {
          reason: "The address range is small.",
          price:
            "Free before the first deployment: a larger `network.cidr`. Afterwards the plan refuses a change.",
        },
      ],
      "SEC 4": [
        "security events are detected",
        (...vpc) =>
          referredBy("aws_flow_log")(...vpc) && exists("aws_ecs_cluster", hasAgent)(...vpc),
        { ...why.guardDuty, reason: `Flow logs are on. ${why.guardDuty.reason}` },
      ],
    }),
    ...controlsOf("aws_ecs_cluster", {
      "REL 6": [
        "monitoring of resources",
        exists("aws_cloudwatch_metric_alarm", has("alarm_actions")),
        why.notify,
      ],
    }),
    ...controlsOf("aws_appautoscaling_target", {
      "REL 7": ["adapts to demand", referredBy("aws_appautoscaling_policy")],
      "REL 11": ["withstands failures", atLeast("min_capacity", 2), why.twoTasks],
    }),
    ...controlsOf("aws_ecs_service", {
      "REL 8": ["changes are safe", rollsBack],
    }),
    ...controlsOf("aws_efs_file_system", {
      "REL 9": ["backups of data", hasBackups, why.storageBackups],
    }),
    ...controlsOf("aws_db_instance", {
      "REL 10": [
        "faults stay in a zone",
        (instance, _, stack) =>
          instance.multi_az === true &&
          stack.ofType("aws_nat_gateway").length >= stack.ofType("aws_efs_mount_target").length,
        twoZones,
      ],
      "REL 13": [
        "plan for disasters",
        exists("aws_db_instance_automated_backups_replication"),
        {
          reason:
            "Copies in a second region cost money. Without them, the loss of the region is the loss of all data.",
          settings: ['disasterRecovery={"region":"us-west-2"}'],
        },
      ],
      "SEC 8": ["data at rest", is("storage_encrypted", true)],
    }),
    ...controlsOf("aws_iam_role_policy", {
      "SEC 3": ["permissions", namesActions],
    }),
    ...controlsOf("aws_lb", {
      "SEC 5": ["networks are protected", referredBy("aws_wafv2_web_acl_association"), why.waf],
    }),
    ...controlsOf("aws_security_group", {
      "SEC 6": ["compute is protected", opensOnlyWeb],
    }),
    ...controlsOf("aws_lb_listener", {
      "SEC 9": ["data in transit", redirects, why.https],
    }),
    ...outside("Quotas belong to the account: docs/quotas.md lists them.", {
      "service quotas and constraints": "REL 1",
    }),
    ...outside("The sources of Plue decide this, not its infrastructure.", {
      "service architecture; interactions that prevent failures; interactions that withstand failures":
        "REL 3, REL 4, REL 5",
    }),
    ...outside(
      "People rehearse a recovery: docs/options.md#recovery. A test of this project runs it on the embedded AWS.",
      {
        "tests of reliability": "REL 12",
      },
    ),
    ...outside(people, {
      "secure operation of the workload; identities of people and machines": "SEC 1, SEC 2",
      "classification of data": "SEC 7",
      "response to incidents; security of the application": "SEC 10, SEC 11",
    }),
  ],
};
