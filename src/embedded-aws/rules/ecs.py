"""What ECS refuses: task definitions, clusters, services and tasks."""

import re

from .registry import (
    DOCS,
    LIMITS,
    Rules,
    aslist,
    between,
    duplicates,
    forwards_to,
    listed,
    matches,
    one_of,
    required,
    state,
    unique,
    value,
    values,
)

API = f"{DOCS}/AmazonECS/latest/APIReference"
GUIDE = f"{DOCS}/AmazonECS/latest/developerguide"
PARAMETERS = f"{GUIDE}/task_definition_parameters.html"
FARGATE = f"{GUIDE}/fargate-tasks-services.html"
SERVICE_API = f"{API}/API_CreateService.html"

ecs = Rules("ecs", "InvalidParameterException")
NAME = "[a-zA-Z0-9_-]{1,255}"
REGISTER = "RegisterTaskDefinition"
SERVICE = "CreateService UpdateService"


# --- Task definitions ----------------------------------------------------------------------------


def definition(source: str):
    """A rule for task definitions: ECS answers all their faults with ClientException."""
    return ecs.rule(REGISTER, source, "ClientException")


def units(text: str | int | None, unit: str) -> int | None:
    """CPU units or MiB of a text such as `1024`, `1 vCPU` or `2 GB`."""
    match = re.fullmatch(rf"\s*(\d*\.?\d+)\s*({unit})?\s*", str(text), re.IGNORECASE)
    return round(float(match[1]) * (1024 if match[2] else 1)) if match else None


def fits_fargate(p: dict) -> bool:
    cpu, memory = units(p.get("cpu"), "vCPU"), units(p.get("memory"), "GB")
    return memory in LIMITS["fargateMemory"].get(str(cpu), ())


def is_fargate(p: dict) -> bool:
    return "FARGATE" in (p.get("requiresCompatibilities") or [])


def containers_of(p: dict) -> list[dict]:
    return listed(p, "containerDefinitions[]")


def invalid(container: dict, fault: str) -> str:
    return f"Invalid setting for container '{container.get('name')}'. {fault}"


@definition(f"{FARGATE}#fargate-tasks-size")
def fargate_size(p, _call):
    if is_fargate(p):
        message = "Fargate requires that '{}' be defined at the task level."
        yield from required(p, "cpu", "memory", message=message)
        if not fits_fargate(p):
            yield (
                f"No Fargate configuration exists for given values: {p.get('cpu')} CPU, "
                f"{p.get('memory')} memory. See the Amazon ECS documentation for the valid values."
            )


@definition(FARGATE)
def fargate_parameters(p, _call):
    if not is_fargate(p):
        return
    if p.get("networkMode") != "awsvpc":
        yield "Fargate only supports network mode ‘awsvpc’."
    unsupported = {
        "sourcePath": listed(p, "volumes[].host.sourcePath"),
    }
    for container in containers_of(p):
        linux = container.get("linuxParameters") or {}
        driver = value(container, "logConfiguration.logDriver")
        unsupported |= {
            "privileged containers": container.get("privileged"),
            "adding capabilities": set(values(linux, "capabilities.add[]")) - {"SYS_PTRACE"},
            f"the log driver {driver}": driver not in (None, "awslogs", "splunk", "awsfirelens"),
        }
        for name in ("startTimeout", "stopTimeout"):
            if (container.get(name) or 0) > 120:
                yield invalid(container, f"{name} must be at most 120 seconds on Fargate.")
    for name, used in unsupported.items():
        if used:
            yield f"Fargate compatible task definitions do not support {name}"


@definition(f"{GUIDE}/task_execution_IAM_role.html")
def execution_role(p, _call):
    if p.get("executionRoleArn"):
        return
    for container in containers_of(p):
        if container.get("secrets") or listed(container, "logConfiguration.secretOptions[]"):
            yield (
                "When you are specifying container secrets, you must also specify a value for "
                "'executionRoleArn'."
            )
        needs = "Fargate requires task definition to have execution role ARN to support"
        if is_fargate(p) and value(container, "logConfiguration.logDriver") == "awslogs":
            yield f"{needs} log driver awslogs."
        if is_fargate(p) and re.match(r"\d{12}\.dkr\.ecr\.", container.get("image") or ""):
            yield f"{needs} ECR images."


@definition(f"{PARAMETERS}#container_definitions")
def containers(p, _call):
    if not re.fullmatch(NAME, p.get("family") or ""):
        yield "Family contains invalid characters."
    given = containers_of(p)
    if not given:
        yield "Container list cannot be empty."
    if len(given) > 10:
        yield "A task definition can have at most 10 containers."
    for container in given:
        message = "Container.{} should not be null or empty."
        yield from required(container, "name", "image", message=message)
        name, image = container.get("name") or "", container.get("image") or ""
        if not re.fullmatch(NAME, name):
            yield "Container.name contains invalid characters."
        if re.search(r"\s", image) or len(image) > 255:
            yield f"Container.image contains invalid characters: {image[:80]}"
    yield from unique(values(p, "containerDefinitions[].name"), "Container name must be unique: {}")
    if not any(container.get("essential", True) for container in given):
        yield "At least one container of a task definition must be essential."


@definition(f"{PARAMETERS}#container_definition_environment")
def container_memory(p, _call):
    given = containers_of(p)
    task_memory, task_cpu = units(p.get("memory"), "GB"), units(p.get("cpu"), "vCPU")
    for container in given:
        memory, reserved = container.get("memory"), container.get("memoryReservation")
        if not memory and not reserved and task_memory is None:
            yield invalid(
                container, "At least one of 'memory' or 'memoryReservation' must be specified."
            )
        if memory and reserved and reserved > memory:
            yield invalid(container, "'memory' must be greater than 'memoryReservation'.")
        if memory and task_memory and memory > task_memory:
            yield invalid(container, "'memory' must not exceed the memory of the task.")
    total = sum(one.get("memoryReservation") or one.get("memory") or 0 for one in given)
    if task_memory and total > task_memory:
        yield "The memory reserved for all containers must not exceed the memory of the task."
    if task_cpu and sum(one.get("cpu") or 0 for one in given) > task_cpu:
        yield "The sum of all containers' cpu must not exceed the cpu of the task."


@definition(f"{API}/API_PortMapping.html")
def container_ports(p, _call):
    used = []
    for container in containers_of(p):
        for mapping in values(container, "portMappings[]"):
            port, host = mapping.get("containerPort"), mapping.get("hostPort")
            for given in (port, host):
                if given is not None and not 0 <= given <= 65535:
                    yield invalid(container, f"Port {given} is not between 0 and 65535.")
            if p.get("networkMode") in ("awsvpc", "host"):
                if host and port is not None and host != port:
                    yield (
                        f"When networkMode={p['networkMode']}, the host ports and container ports "
                        "in port mappings must match."
                    )
                used += [(port, mapping.get("protocol") or "tcp")] if port else []
    yield from unique(used, "The container port {} is used by more than one port mapping.")
    names = values(p, "containerDefinitions[].portMappings[].name")
    yield from unique(names, "Port mapping names must be unique in a task definition: {}")


@definition(f"{API}/API_MountPoint.html")
def volumes(p, _call):
    named = listed(p, "volumes[].name")
    yield from unique(named, "Volume names must be unique: {}")
    yield from filter(None, map(matches(NAME, "Volume name contains invalid characters: {}"), named))
    for container in containers_of(p):
        for mount in values(container, "mountPoints[]"):
            if mount.get("sourceVolume") not in named:
                yield f"Unknown volume '{mount.get('sourceVolume')}'."
            if not mount.get("containerPath"):
                yield invalid(container, "containerPath of a mount point is missing.")
        for path in duplicates(values(container, "mountPoints[].containerPath")):
            yield invalid(container, f"Two mount points have the path {path}.")


@definition(f"{API}/API_EFSVolumeConfiguration.html")
def efs_volumes(p, _call):
    for efs in values(p, "volumes[].efsVolumeConfiguration"):
        point = value(efs, "authorizationConfig.accessPointId")
        if point and efs.get("rootDirectory") not in (None, "", "/"):
            yield "With an EFS access point the root directory must be omitted or '/'."
        if efs.get("transitEncryption") == "ENABLED":
            continue
        if value(efs, "authorizationConfig.iam") == "ENABLED":
            yield "EFS IAM authorization requires that transit encryption is enabled."
        if point:
            yield "EFS access points require that transit encryption is enabled."


@definition(f"{API}/API_ContainerDependency.html")
def dependencies(p, _call):
    known = {container.get("name"): container for container in containers_of(p)}
    for name, container in known.items():
        for dependency in values(container, "dependsOn[]"):
            other, condition = known.get(dependency.get("containerName")), dependency.get("condition")
            if other is None:
                yield f"Container '{name}' depends on unknown '{dependency.get('containerName')}'."
                continue
            if condition == "HEALTHY" and not other.get("healthCheck"):
                yield f"Container '{name}' waits for a health check that its dependency lacks."
            if condition in ("COMPLETE", "SUCCESS") and other.get("essential", True):
                yield f"Condition {condition} must not be set on an essential container."
    needs = {name: set(values(one, "dependsOn[].containerName")) for name, one in known.items()}
    while free := {name for name in needs if not needs[name] & set(needs)}:
        needs = {name: needs[name] for name in needs if name not in free}
    if needs:
        yield f"Containers depend on each other: {', '.join(sorted(map(str, needs)))}"


@definition(f"{GUIDE}/specify-log-config.html")
def awslogs_options(p, _call):
    needed = ["awslogs-group", "awslogs-region"]
    needed += ["awslogs-stream-prefix"] if is_fargate(p) else []
    for logs in values(p, "containerDefinitions[].logConfiguration"):
        given = [*(logs.get("options") or {}), *values(logs, "secretOptions[].name")]
        missing = [name for name in needed if name not in given]
        if logs.get("logDriver") == "awslogs" and missing:
            yield f"Log driver awslogs requires options: {', '.join(missing)}"


@definition(f"{API}/API_Secret.html")
def secret_names(p, _call):
    for container in containers_of(p):
        secrets = listed(container, "secrets[].name")
        yield from unique(
            secrets + list(set(values(container, "environment[].name")) & set(secrets)),
            "The secret name must be unique and not shared with any new or existing environment "
            "variables set on the container, such as '{}'.",
        )


@definition(f"{API}/API_HealthCheck.html")
def container_health_check(p, _call):
    bounds = {"interval": (5, 300), "timeout": (2, 60), "retries": (1, 10), "startPeriod": (0, 300)}
    for container in containers_of(p):
        check = container.get("healthCheck")
        if check is None:
            continue
        command = check.get("command") or [""]
        if command[0] not in ("CMD", "CMD-SHELL", "NONE"):
            yield invalid(container, "A health check's command must begin with CMD or CMD-SHELL.")
        if command[0] != "NONE" and len(command) < 2:
            yield invalid(container, "A health check's command must not be empty.")
        for name, limits in bounds.items():
            if check.get(name) is not None:
                yield from aslist(between(*limits, f"{name} of a health check")(check[name]))


ROLE = matches(r"arn:aws[a-z-]*:iam::\d{12}:role/.+|[\w+=,.@-]{1,64}", "Role is not valid: {}")
ecs.values(
    REGISTER,
    f"{API}/API_RegisterTaskDefinition.html",
    {
        "ephemeralStorage.sizeInGiB": between(21, 200, "sizeInGiB of ephemeralStorage"),
        "taskRoleArn": ROLE,
        "executionRoleArn": ROLE,
    },
    "ClientException",
)


# --- Clusters, services and tasks ----------------------------------------------------------------


def definition_of(call, name: str | None) -> dict | None:
    """A registered task definition, by the API's names."""
    try:
        found = state(call, "ecs").describe_task_definition(name)
    except Exception:
        return None
    return {
        "networkMode": found.network_mode,
        "requiresCompatibilities": found.requires_compatibilities,
        "containerDefinitions": found.container_definitions,
        "taskRoleArn": getattr(found, "task_role_arn", None),
    }


def current_service(call):
    """The active service that a request names."""
    p = call.parameters
    cluster = (p.get("cluster") or "default").split("/")[-1]
    name = (p.get("service") or p.get("serviceName") or "").split("/")[-1]
    found = state(call, "ecs").services.get(f"{cluster}:{name}")
    return found if found is not None and found.status == "ACTIVE" else None


def used_definition(call) -> dict | None:
    """The task definition of a request, or of the service that it changes."""
    name = call.parameters.get("taskDefinition")
    if not name and call.name == "UpdateService":
        name = getattr(current_service(call), "task_definition", None)
    return definition_of(call, name)


def runs_on_fargate(p: dict) -> bool:
    providers = values(p, "capacityProviderStrategy[].capacityProvider")
    return p.get("launchType") == "FARGATE" or any(name.startswith("FARGATE") for name in providers)


@ecs.rule("CreateService RunTask", SERVICE_API)
def launch(p, call):
    if p.get("launchType") and p.get("capacityProviderStrategy"):
        yield (
            "Specifying both a launch type and capacity provider strategy is not supported. "
            "Remove one and try again."
        )
    used = used_definition(call)
    if used is None or not runs_on_fargate(p):
        return
    if not is_fargate(used):
        yield "Task definition does not support launch_type FARGATE."


@ecs.rule(
    f"{SERVICE} RunTask CreateCluster PutClusterCapacityProviders",
    f"{API}/API_CapacityProviderStrategyItem.html",
)
def capacity_providers(p, call):
    strategy = p.get("capacityProviderStrategy") or p.get("defaultCapacityProviderStrategy") or []
    named = [item.get("capacityProvider") for item in strategy]
    yield from unique(named, "A capacity provider may be in a strategy only once: {}")
    weights = [item.get("weight") for item in strategy]
    if strategy and not any(weights) and (len(strategy) > 1 or weights[0] is not None):
        yield "At least one capacity provider must have a weight greater than 0."
    if sum(1 for item in strategy if item.get("base")) > 1:
        yield "Only one capacity provider in a strategy can have a base."
    if len({name in ("FARGATE", "FARGATE_SPOT") for name in named}) > 1:
        yield "A strategy cannot mix Fargate and Auto Scaling group capacity providers."
    if call.name in ("CreateCluster", "PutClusterCapacityProviders"):
        known = p.get("capacityProviders") or []
        yield from unique(known, "A capacity provider is named twice: {}")
    else:
        cluster = (p.get("cluster") or "default").split("/")[-1]
        found = state(call, "ecs").clusters.get(cluster)
        known = named if found is None else found.capacity_providers or []
    for name in named:
        if name not in known:
            yield (
                "The specified capacity provider strategy cannot contain a capacity provider that "
                f"is not associated with the cluster: {name}"
            )


@ecs.rule("CreateService RunTask", SERVICE_API)
def network_configuration(p, call):
    used = used_definition(call)
    if used is None:
        return
    awsvpc = used["networkMode"] == "awsvpc"
    configured = value(p, "networkConfiguration.awsvpcConfiguration") is not None
    if awsvpc and not configured:
        yield "Network Configuration must be provided when networkMode 'awsvpc' is specified."
    if configured and not awsvpc:
        yield (
            "Network Configuration is not valid for the given networkMode of this task definition."
        )


@ecs.rule(f"{SERVICE} RunTask", f"{API}/API_AwsVpcConfiguration.html")
def awsvpc_configuration(p, _call):
    for given in values(p, "networkConfiguration.awsvpcConfiguration"):
        if not given.get("subnets"):
            yield "subnets can not be empty."
        for name, most in (("subnets", 16), ("securityGroups", 5)):
            if len(given.get(name) or []) > most:
                yield f"{name} can have at most {most} items."
            yield from unique(given.get(name) or [], "{} is named twice in the configuration.")


@ecs.rule(SERVICE, f"{API}/API_LoadBalancer.html")
def service_target_groups(p, call):
    used = used_definition(call)
    for target in values(p, "loadBalancers[]"):
        arn = target.get("targetGroupArn")
        group = state(call, "elbv2").target_groups.get(arn)
        if arn and (group is None or not forwards_to(call, arn)):
            yield (
                f"The target group with targetGroupArn {arn} does not have an associated load "
                "balancer."
            )
        if used is None:
            continue
        kind = getattr(group, "target_type", "ip")
        if used["networkMode"] == "awsvpc" and kind != "ip":
            yield (
                f"The provided target group {arn} has target type {kind}, which is incompatible "
                "with the awsvpc network mode specified in the task definition."
            )
        name, port = target.get("containerName"), target.get("containerPort")
        found = [one for one in containers_of(used) if one.get("name") == name]
        if not found:
            yield f"The container {name} does not exist in the task definition."
        elif port not in listed(found[0], "portMappings[].containerPort"):
            yield f"The container {name} did not have a container port {port} defined."


@ecs.rule(SERVICE, SERVICE_API)
def service_settings(p, call):
    desired, grace = p.get("desiredCount"), p.get("healthCheckGracePeriodSeconds")
    if call.name == "CreateService":
        if not re.fullmatch(NAME, p.get("serviceName") or ""):
            yield "The service name may have up to 255 letters, numbers, underscores and hyphens."
        yield from required(p, "desiredCount", message="{} must be specified.")
        if grace and not p.get("loadBalancers"):
            yield (
                "Health check grace period is only valid for services configured to use load "
                "balancers"
            )
        if current_service(call) is not None:
            yield "Creation of service was not idempotent."
    if desired is not None and desired < 0:
        yield f"desiredCount must not be negative: {desired}"
    if grace is not None and not 0 <= grace <= 2_147_483_647:
        yield f"healthCheckGracePeriodSeconds must be between 0 and 2147483647: {grace}"


@ecs.rule(SERVICE, f"{API}/API_DeploymentConfiguration.html")
def deployment_configuration(p, _call):
    given = p.get("deploymentConfiguration") or {}
    most, least = given.get("maximumPercent"), given.get("minimumHealthyPercent")
    if most is not None:
        if least is not None and 100 < least >= most:
            yield "minimumHealthyPercent must be lower than maximumPercent."
        if most < 100:
            yield "maximumPercent must be at least 100."
        if most == 100 == least:
            yield (
                "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block "
                "deployments."
            )
        if p.get("availabilityZoneRebalancing") == "ENABLED" and most <= 100:
            yield "availabilityZoneRebalancing requires a maximumPercent above 100."


@ecs.rule("CreateService RunTask", f"{GUIDE}/ecs-exec.html")
def execute_command_role(p, call):
    used = used_definition(call)
    if p.get("enableExecuteCommand") and used is not None:
        if not used["taskRoleArn"] and not value(p, "overrides.taskRoleArn"):
            yield (
                "The service couldn't be created because a valid taskRoleArn is not being used. "
                "Specify a valid task role in your task definition and try again."
            )


@ecs.rule("RunTask", f"{API}/API_RunTask.html")
def run_task(p, call):
    known = listed(used_definition(call), "containerDefinitions[].name")
    for name in values(p, "overrides.containerOverrides[].name"):
        if known and name not in known:
            yield f"Override for container named {name} is not a container in the TaskDefinition."


STARTED_BY = "startedBy may have up to 128 letters, numbers, hyphens, slashes and underscores: {}"
ecs.values(
    "RunTask",
    f"{API}/API_RunTask.html",
    {
        "count": between(1, 10, "count"),
        "startedBy": matches(r"[a-zA-Z0-9_/-]{1,128}", STARTED_BY),
    },
)
ecs.values(
    f"{SERVICE} RunTask",
    f"{GUIDE}/platform-fargate.html",
    {
        "platformVersion": matches(
            r"LATEST|1\.[0-4]\.0", "The specified platform does not exist: {}"
        )
    },
    "PlatformUnknownException",
)
ecs.values(
    "CreateCluster",
    f"{API}/API_CreateCluster.html",
    {"clusterName": matches(NAME, "Invalid cluster name: {}")},
)
ecs.values(
    "CreateCluster UpdateCluster UpdateClusterSettings",
    f"{API}/API_ClusterSetting.html",
    {"settings[].value": one_of(("enabled", "disabled", "enhanced"), "containerInsights")},
)
