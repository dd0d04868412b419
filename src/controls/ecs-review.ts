import { block, blocks, type Stack } from "../terraform/stack";
import {
  atLeast,
  eachContainer,
  exists,
  has,
  hasAgent,
  hasBackups,
  hasEndpoint,
  insights,
  is,
  isScanned,
  namesActions,
  openPorts,
  outside,
  rollsBack,
  sameAs,
  controlsOf,
  type Check,
  type Source,
} from "./control";
import { fsbp } from "./fsbp";
import { why } from "./explanations";

const addresses = (cidr: unknown) => 2 ** (32 - Number(String(cidr).split("/")[1])) - 5;

/** Most tasks of all services. */
const mostTasks = (stack: Stack) =>
  stack
    .ofType("aws_appautoscaling_target")
    .reduce((sum, { values }) => sum + Number(values.max_capacity), 0);

const zones = (stack: Stack) =>
  new Set(
    stack
      .ofType("aws_ecs_service")
      .flatMap(({ values }) => stack.references(block(values.network_configuration).subnets))
      .map(({ address }) => address),
  ).size;

/** Tests that an event of ECS is sent to a topic. */
const notifiesOf = (event: string): Check =>
  exists("aws_cloudwatch_event_rule", ({ event_pattern: pattern }) =>
    String(pattern).includes(event),
  );

const alarms: Check = exists("aws_cloudwatch_metric_alarm", has("alarm_actions"));

/**
 * The ECS operation review that AWS publishes. GREEN passes, AMBER and RED fail. It is for a running
 * estate, so some of its checks no template can answer.
 */
export const ecsReview: Source = {
  name: "AWS's ECS operation review",
  url: "https://github.com/aws-samples/sample-apex-skills/tree/main/skills/ecs-operation-review",
  isRated: true,
  controls: [
    ...sameAs(fsbp, { "2.1": "ECS.1", "3.3": "ECS.9" }),
    ...controlsOf("aws_ecs_service", {
      "1.1": [
        "services have a capacity provider strategy",
        has("capacity_provider_strategy"),
        {
          reason:
            "An adopted service keeps its launch type: the provider would replace the service. The cluster has capacity providers.",
          price: "An interruption: the service is recreated.",
          isRed: (_, __, stack) => stack.ofType("aws_ecs_cluster_capacity_providers").length === 0,
        },
      ],
      "1.5": [
        "Spot has a base of On-Demand",
        ({ capacity_provider_strategy: strategy }) =>
          !blocks(strategy).some((one) => one.capacity_provider === "FARGATE_SPOT") ||
          blocks(strategy).some(
            (one) => one.capacity_provider === "FARGATE" && Number(one.base) > 0,
          ),
        {
          reason: "The web app can be unavailable for a minute when AWS interrupts its Spot tasks.",
          settings: ["webApp.fargateSpot.onDemandBase=1"],
        },
      ],
      "4.1, 4.3": ["circuit breaker with rollback, or a strategy", rollsBack],
      "4.2": [
        "alarms roll a deployment back",
        ({ alarms: gates }) => block(gates).rollback === true,
        { ...why.notify, isRed: () => true },
      ],
      "4.4": [
        "no gap during a deployment",
        ({ deployment_minimum_healthy_percent: least, deployment_maximum_percent: most }) =>
          Number(least) === 100 && Number(most) === 200,
      ],
      "5.1": ["grace period", atLeast("health_check_grace_period_seconds", 1)],
      "5.5": [
        "three zones, rebalanced",
        ({ availability_zone_rebalancing: rebalancing }, _, stack) =>
          rebalancing === "ENABLED" && zones(stack) >= 3,
        {
          reason: "There are two zones, rebalanced.",
          price:
            "A third entry of `network.zones`: $3.65 a month for an address of the load balancer, and $36.50 more with `network.natGateways=per-zone`.",
          isRed: (_, __, stack) => zones(stack) < 2,
        },
      ],
    }),
    ...controlsOf("aws_security_group", {
      "2.2": [
        "only the load balancer reaches the tasks",
        (values, _, stack) =>
          openPorts(values).length === 0 ||
          !stack
            .ofType("aws_ecs_service")
            .some((service) =>
              stack
                .references(block(service.values.network_configuration).security_groups)
                .some((group) => group.values === values),
            ),
      ],
    }),
    ...controlsOf("aws_subnet", {
      "2.3": [
        "private subnets have addresses for all tasks",
        ({ map_public_ip_on_launch: isPublic, cidr_block: cidr }, _, stack) =>
          isPublic === true || addresses(cidr) * 0.7 > mostTasks(stack),
      ],
    }),
    ...controlsOf("aws_vpc", {
      "2.4": [
        "endpoints for the services of AWS",
        (...vpc) =>
          ["ecr.api", "ecr.dkr", "logs", "secretsmanager", "s3"].every((service) =>
            hasEndpoint(service)(...vpc),
          ),
        {
          reason:
            "Image layers go through the endpoint of S3, and all other traffic through the NAT gateway, by TLS.",
          price: "$29.20 a month for each zone: four interface endpoints.",
        },
      ],
    }),
    ...controlsOf("aws_ecs_task_definition", {
      "3.1": ["size of the task", has("memory")],
      "3.2": [
        "images of ECR, by their own tags",
        eachContainer(({ image = "" }) => image.startsWith("${aws_ecr_repository.")),
      ],
      "3.4": [
        "two roles",
        ({ task_role_arn: task, execution_role_arn: execution }) =>
          task !== undefined && execution !== undefined && task !== execution,
      ],
      "6.2": [
        "logs have a stream for each task",
        eachContainer(
          ({ logConfiguration }) =>
            logConfiguration?.options?.["awslogs-stream-prefix"] !== undefined,
        ),
      ],
      "7.2": [
        "secrets from Secrets Manager",
        eachContainer(({ environment = [] }) =>
          environment.every(({ name = "" }) => !/PASSWORD|_KEY$|TOKEN|DATABASE_URL/.test(name)),
        ),
      ],
      "7.3": [
        "closed containers",
        eachContainer(
          ({ readonlyRootFilesystem, privileged, user, linuxParameters }) =>
            readonlyRootFilesystem === true &&
            privileged !== true &&
            user !== undefined &&
            linuxParameters?.capabilities?.drop !== undefined,
        ),
        {
          ...why.exec,
          isRed: eachContainer(({ user }) => user === undefined),
        },
      ],
    }),
    ...controlsOf("aws_efs_file_system", {
      "3.5": ["data on EFS, encrypted", is("encrypted", true)],
      "8.3": ["backups", hasBackups, { ...why.storageBackups, isRed: () => true }],
    }),
    ...controlsOf("aws_ecs_cluster", {
      "4.5": [
        "failed deployments are reported",
        notifiesOf("SERVICE_DEPLOYMENT_FAILED"),
        { ...why.notify, isRed: () => true },
      ],
      "6.1": [
        "Container Insights with enhanced observability",
        insights("enhanced"),
        {
          reason:
            "The metrics of each task and container are not needed here. CloudWatch charges for each of them.",
          settings: ["ecsCluster.containerInsights=enhanced"],
          isRed: (...cluster) => !insights("enabled", "enhanced")(...cluster),
        },
      ],
      "6.4": [
        "alarms notify",
        (...cluster) =>
          alarms(...cluster) &&
          notifiesOf("SERVICE_TASK_PLACEMENT_FAILURE")(...cluster) &&
          insights("enabled", "enhanced")(...cluster),
        {
          reason:
            "E-mails need `alarms: notify`. The alarm on missing tasks needs Container Insights. Both cost money.",
          settings: [...why.notify.settings, "ecsCluster.containerInsights=true"],
          isRed: (...cluster) => !exists("aws_cloudwatch_metric_alarm")(...cluster),
        },
      ],
      "7.4": ["GuardDuty Runtime Monitoring", hasAgent, { ...why.guardDuty, isRed: () => true }],
      // The provider's default tags name the project and the environment.
      "8.1": ["made by code", () => true],
      "8.2": ["tags of the environment", () => true],
    }),
    ...controlsOf("aws_lb_target_group", {
      "5.2": [
        "health check of the load balancer",
        ({ health_check: check }) => block(check).path !== "/",
      ],
      "5.3": [
        "connections end before a task does",
        ({ deregistration_delay: seconds }, _, stack) =>
          stack
            .ofType("aws_ecs_task_definition")
            .every((task) =>
              eachContainer(({ stopTimeout = 30 }) => stopTimeout > Number(seconds))(
                task.values,
                task,
                stack,
              ),
            ),
      ],
    }),
    ...controlsOf("aws_appautoscaling_target", {
      "5.4, 8.4": ["autoscaling with two tasks", atLeast("min_capacity", 2), why.twoTasks],
    }),
    ...controlsOf("aws_cloudwatch_log_group", {
      "6.3": [
        "logs of 30 days",
        atLeast("retention_in_days", 30),
        {
          reason: "An incident of this environment is investigated within days.",
          settings: ["apiServer", "webApp", "migration", "database"]
            .map((part) => `${part}.logRetentionDays=30`)
            .concat("network.flowLogRetentionDays=30"),
        },
      ],
    }),
    ...controlsOf("aws_iam_role_policy", {
      "7.1": ["roles of least privilege", namesActions],
    }),
    ...controlsOf("aws_ecr_repository", {
      "7.5": [
        "images are scanned, tags immutable",
        (values) => isScanned(values) && values.image_tag_mutability === "IMMUTABLE",
        {
          reason: (stack) =>
            stack.ofType("aws_ecr_repository").every(({ values }) => isScanned(values))
              ? why.immutableTags.reason
              : why.scanOnPush.reason,
          settings: [...why.scanOnPush.settings, ...why.immutableTags.settings],
          isRed: (values) => !isScanned(values),
        },
      ],
    }),
    ...outside("It is about EC2 instances; Fargate has none.", {
      "managed termination protection and draining; target capacity of Auto Scaling groups; Managed Instances; agent and image of container instances":
        "1.2, 1.3, 1.4, 1.6",
    }),
    ...outside(
      "The services do not call each other: the browser calls the API through the load balancer.",
      {
        "Service Connect, VPC Lattice or Cloud Map": "2.5",
      },
    ),
    ...outside(
      "The check of 2.3 covers it: each task has one network interface with one address.",
      {
        "network interfaces": "2.6",
      },
    ),
    ...outside("Plue has no calls between services, and its images have no tracing.", {
      tracing: "6.5",
    }),
    ...outside("docs/operations.md is the runbook. Who is on call is not in a template.", {
      "runbooks, on-call and reviews of incidents": "8.5",
    }),
    ...outside(
      "ECS keeps revisions until somebody deletes them. docs/quotas.md lists the quotas.",
      {
        "old revisions and quotas": "8.6",
      },
    ),
  ],
};
