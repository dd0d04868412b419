import { block, blocks, type Attributes, type Stack } from "../terraform/stack";
import {
  eachAllowed,
  eachContainer,
  exists,
  has,
  hasAgent,
  hasBackups,
  is,
  openPorts,
  outside,
  rollsBack,
  sameAs,
  table,
  type Check,
  type Source,
} from "./control";
import { fsbp } from "./fsbp";
import { why } from "./explanations";

const insights =
  (...allowed: readonly string[]): Check =>
  ({ setting }) =>
    blocks(setting).some(
      ({ name, value }) => name === "containerInsights" && allowed.includes(String(value)),
    );

const isScanned = ({ image_scanning_configuration: scanning }: Attributes) =>
  block(scanning).scan_on_push === true;

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
const twoTasks = {
  reason:
    "One task of each service is enough here. If it stops, the service is unavailable for a minute.",
  settings: [
    ...["apiServer.minCapacity=2", "apiServer.maxCapacity=4"],
    ...["webApp.minCapacity=2", "webApp.maxCapacity=4"],
  ],
};
const severalTasks: Check = ({ min_capacity: least }) => Number(least) >= 2;

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
    ...table([
      "1.1",
      "services have a capacity provider strategy",
      "aws_ecs_service",
      has("capacity_provider_strategy"),
      {
        reason:
          "An adopted service keeps its launch type: the provider would replace the service. The cluster has capacity providers.",
        price: "An interruption: the service is recreated.",
        isRed: (_, __, stack) => stack.ofType("aws_ecs_cluster_capacity_providers").length === 0,
      },
    ]),
    ...outside(
      "It is about EC2 instances; Fargate has none.",
      "managed termination protection and draining; target capacity of Auto Scaling groups; Managed Instances; agent and image of container instances",
      "1.2, 1.3, 1.4, 1.6",
    ),
    ...table(
      [
        "1.5",
        "Spot has a base of On-Demand",
        "aws_ecs_service",
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
      [
        "2.2",
        "only the load balancer reaches the tasks",
        "aws_security_group",
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
      [
        "2.3",
        "private subnets have addresses for all tasks",
        "aws_subnet",
        ({ map_public_ip_on_launch: isPublic, cidr_block: cidr }, _, stack) =>
          isPublic === true || addresses(cidr) * 0.7 > mostTasks(stack),
      ],
      [
        "2.4",
        "endpoints for the services of AWS",
        "aws_vpc",
        (...vpc) =>
          ["ecr.api", "ecr.dkr", "logs", "secretsmanager", "s3"].every((service) =>
            exists("aws_vpc_endpoint", ({ service_name: name }) =>
              String(name).endsWith(`.${service}`),
            )(...vpc),
          ),
        {
          reason:
            "Image layers go through the endpoint of S3, and all other traffic through the NAT gateway, by TLS.",
          price: "$29.20 a month for each zone: four interface endpoints.",
        },
      ],
    ),
    ...outside(
      "The services do not call each other: the browser calls the API through the load balancer.",
      "Service Connect, VPC Lattice or Cloud Map",
      "2.5",
    ),
    ...outside(
      "The check of 2.3 covers it: each task has one network interface with one address.",
      "network interfaces",
      "2.6",
    ),
    ...table(
      ["3.1", "size of the task", "aws_ecs_task_definition", has("memory")],
      [
        "3.2",
        "images of ECR, by their own tags",
        "aws_ecs_task_definition",
        eachContainer(({ image = "" }) => image.startsWith("${aws_ecr_repository.")),
      ],
      [
        "3.4",
        "two roles",
        "aws_ecs_task_definition",
        ({ task_role_arn: task, execution_role_arn: execution }) =>
          task !== undefined && execution !== undefined && task !== execution,
      ],
      ["3.5", "data on EFS, encrypted", "aws_efs_file_system", is("encrypted", true)],
      ["4.1, 4.3", "circuit breaker with rollback, or a strategy", "aws_ecs_service", rollsBack],
      [
        "4.2",
        "alarms roll a deployment back",
        "aws_ecs_service",
        ({ alarms: gates }) => block(gates).rollback === true,
        { ...why.notify, isRed: () => true },
      ],
      [
        "4.4",
        "no gap during a deployment",
        "aws_ecs_service",
        ({ deployment_minimum_healthy_percent: least, deployment_maximum_percent: most }) =>
          Number(least) === 100 && Number(most) === 200,
      ],
      [
        "4.5",
        "failed deployments are reported",
        "aws_ecs_cluster",
        notifiesOf("SERVICE_DEPLOYMENT_FAILED"),
        { ...why.notify, isRed: () => true },
      ],
      [
        "5.1",
        "grace period",
        "aws_ecs_service",
        ({ health_check_grace_period_seconds: seconds }) => Number(seconds) > 0,
      ],
      [
        "5.2",
        "health check of the load balancer",
        "aws_lb_target_group",
        ({ health_check: check }) => block(check).path !== "/",
      ],
      [
        "5.3",
        "connections end before a task does",
        "aws_lb_target_group",
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
      [
        "5.4, 8.4",
        "autoscaling with two tasks",
        "aws_appautoscaling_target",
        severalTasks,
        twoTasks,
      ],
      [
        "5.5",
        "three zones, rebalanced",
        "aws_ecs_service",
        ({ availability_zone_rebalancing: rebalancing }, _, stack) =>
          rebalancing === "ENABLED" && zones(stack) >= 3,
        {
          reason: "There are two zones, rebalanced.",
          price:
            "A third entry of `network.zones`: $3.65 a month for an address of the load balancer, and $36.50 more with `network.natGateways=per-zone`.",
          isRed: (_, __, stack) => zones(stack) < 2,
        },
      ],
      [
        "6.1",
        "Container Insights with enhanced observability",
        "aws_ecs_cluster",
        insights("enhanced"),
        {
          reason:
            "The metrics of each task and container are not needed here. CloudWatch charges for each of them.",
          settings: ["ecsCluster.containerInsights=enhanced"],
          isRed: (...cluster) => !insights("enabled", "enhanced")(...cluster),
        },
      ],
      [
        "6.2",
        "logs have a stream for each task",
        "aws_ecs_task_definition",
        eachContainer(
          ({ logConfiguration }) =>
            logConfiguration?.options?.["awslogs-stream-prefix"] !== undefined,
        ),
      ],
      [
        "6.3",
        "logs of 30 days",
        "aws_cloudwatch_log_group",
        ({ retention_in_days: days }) => Number(days) >= 30,
        {
          reason: "An incident of this environment is investigated within days.",
          settings: ["apiServer", "webApp", "migration", "database"]
            .map((part) => `${part}.logRetentionDays=30`)
            .concat("network.flowLogRetentionDays=30"),
        },
      ],
      [
        "6.4",
        "alarms notify",
        "aws_ecs_cluster",
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
    ),
    ...outside(
      "Plue has no calls between services, and its images have no tracing.",
      "tracing",
      "6.5",
    ),
    ...table(
      [
        "7.1",
        "roles of least privilege",
        "aws_iam_role_policy",
        eachAllowed(({ Action }) => !JSON.stringify(Action).includes('"*"')),
      ],
      [
        "7.2",
        "secrets from Secrets Manager",
        "aws_ecs_task_definition",
        eachContainer(({ environment = [] }) =>
          environment.every(({ name = "" }) => !/PASSWORD|_KEY$|TOKEN|DATABASE_URL/.test(name)),
        ),
      ],
      [
        "7.3",
        "closed containers",
        "aws_ecs_task_definition",
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
      [
        "7.4",
        "GuardDuty Runtime Monitoring",
        "aws_ecs_cluster",
        hasAgent,
        { ...why.guardDuty, isRed: () => true },
      ],
      [
        "7.5",
        "images are scanned, tags immutable",
        "aws_ecr_repository",
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
      // The provider's default tags name the project and the environment.
      ["8.1", "made by code", "aws_ecs_cluster", () => true],
      ["8.2", "tags of the environment", "aws_ecs_cluster", () => true],
      [
        "8.3",
        "backups",
        "aws_efs_file_system",
        hasBackups,
        { ...why.storageBackups, isRed: () => true },
      ],
    ),
    ...outside(
      "docs/operations.md is the runbook. Who is on call is not in a template.",
      "runbooks, on-call and reviews of incidents",
      "8.5",
    ),
    ...outside(
      "ECS keeps revisions until somebody deletes them. docs/quotas.md lists the quotas.",
      "old revisions and quotas",
      "8.6",
    ),
  ],
};
