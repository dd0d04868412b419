"""What AWS refuses and its models do not say: rules that its documents state, or its errors.

A rule names the operations that it holds for, the error code that AWS answers, and its source. Most
of them are a line of a table, for one value; those that look at several values, or at what was made
before, are functions. The first rule that a request breaks is its answer.
"""

import ipaddress
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps
from typing import Any

import moto.rds.models
from moto.backends import get_backend
from moto.elbv2.models import ELBv2Backend

from models.requests import AwsRequest
from refusals import Refusal

API = "https://docs.aws.amazon.com"
ECS_API = f"{API}/AmazonECS/latest/APIReference"
ECS_GUIDE = f"{API}/AmazonECS/latest/developerguide"
ELB_API = f"{API}/elasticloadbalancing/latest/APIReference"
ALB_GUIDE = f"{API}/elasticloadbalancing/latest/application"
RDS_API = f"{API}/AmazonRDS/latest/APIReference"
RDS_GUIDE = f"{API}/AmazonRDS/latest/UserGuide"
EC2_API = f"{API}/AWSEC2/latest/APIReference"
VPC_GUIDE = f"{API}/vpc/latest/userguide"
CLOUDWATCH_API = f"{API}/AmazonCloudWatch/latest/APIReference"
S3_GUIDE = f"{API}/AmazonS3/latest/userguide"
S3_API = f"{API}/AmazonS3/latest/API"
IAM_GUIDE = f"{API}/IAM/latest/UserGuide"
EFS_API = f"{API}/efs/latest/ug"
CACHE_API = f"{API}/AmazonElastiCache/latest/APIReference"
SCALING_API = f"{API}/autoscaling/application/APIReference"
WAF_API = f"{API}/waf/latest/APIReference"


@dataclass(frozen=True)
class Rule:
    """One thing that AWS refuses."""

    name: str
    service: str
    operations: tuple[str, ...]
    code: str
    source: str
    # Yields what is wrong; a Refusal where the code depends on it.
    check: Callable[[AwsRequest], Iterator[str | Refusal]]

    def refusal(self, call: AwsRequest) -> Refusal | None:
        fault = next(iter(self.check(call) or ()), None)
        refusal = Refusal(self.code, fault) if isinstance(fault, str) else fault
        if refusal is not None:
            refusal.rule = self.name
        return refusal


RULES: dict[tuple[str, str], list[Rule]] = defaultdict(list)
# Rules for each operation of a service, or of all services: those on tags.
GENERAL: list[Rule] = []


def of(service: str, operation: str) -> list[Rule]:
    """The rules that an operation is held to."""
    return RULES.get((service, operation), []) + GENERAL


def all_rules() -> list[Rule]:
    return list({id(rule): rule for rules in RULES.values() for rule in rules}.values()) + GENERAL


def rule(service: str, operations: str, code: str, source: str):
    """Registers a function as a rule."""

    def register(check: Callable[[AwsRequest], Iterator[str | Refusal]]):
        names = tuple(operations.split())
        added = Rule(check.__name__, service, names, code, source, check)
        for operation in names:
            RULES[(service, operation)].append(added)
        return check

    return register


def values(node: Any, path: str) -> Iterator[Any]:
    """The values at a path such as `containerDefinitions[].stopTimeout`."""
    head, _, rest = path.partition(".")
    name = head.removesuffix("[]")
    found = node.get(name) if isinstance(node, dict) else None
    if found is None:
        return
    for item in found if head.endswith("[]") else [found]:
        if rest:
            yield from values(item, rest)
        else:
            yield item


def value_rule(service, operations, path, code, source, wrong: Callable[[Any], str | None]):
    """A rule for the values at one path: `wrong` says what is wrong with one, or nothing."""

    def check(call: AwsRequest) -> Iterator[str]:
        for value in values(call.parameters, path):
            if fault := wrong(value):
                yield fault

    check.__name__ = f"{service}_{path}"
    rule(service, operations, code, source)(check)


def matches(pattern: str, message: str):
    compiled = re.compile(pattern)

    def wrong(value: Any) -> str | None:
        if isinstance(value, str) and not compiled.fullmatch(value):
            return message.replace("{}", value)
        return None

    return wrong


def between(least: float, most: float, what: str):
    def wrong(value: Any) -> str | None:
        try:
            ok = least <= float(value) <= most
        except (TypeError, ValueError):
            ok = False
        return None if ok else f"{what} must be between {least} and {most}, and is {value}"

    return wrong


def one_of(allowed, what: str):
    def wrong(value: Any) -> str | None:
        if value in allowed:
            return None
        return f"{what} must be one of {', '.join(map(str, allowed))}, and is {value}"

    return wrong


def state(call: AwsRequest, service: str):
    """moto's backend: what was made before."""
    backend = get_backend(service)[call.account]
    return backend[call.region if call.region in backend else "aws"]


def json_object(text: Any) -> dict | None:
    try:
        parsed = json.loads(text)
    except (TypeError, ValueError):
        return None
    return parsed if isinstance(parsed, dict) else None


def aslist(value: Any) -> list:
    return value if isinstance(value, list) else [] if value is None else [value]


def duplicates(items) -> list:
    seen, twice = set(), []
    for item in items:
        if item in seen and item not in twice:
            twice.append(item)
        seen.add(item)
    return twice


# --- Tags, of every service ----------------------------------------------------------------------

TAG_SOURCE = f"{API}/tag-editor/latest/userguide/best-practices-and-strats.html"

# Of each service: the codes for a reserved key, for a key that is there twice, and for too many.
TAG_CODES = {
    "acm": ("InvalidTagException", "InvalidTagException", "TooManyTagsException"),
    "cloudwatch": ("InvalidParameterValue", "InvalidParameterValue", "InvalidParameterValue"),
    "dynamodb": ("ValidationException", "ValidationException", "ValidationException"),
    "ec2": ("InvalidParameterValue", "InvalidParameterValue", "TagLimitExceeded"),
    "ecr": ("InvalidTagParameterException", "InvalidTagParameterException", "TooManyTagsException"),
    "ecs": ("InvalidParameterException", "InvalidParameterException", "InvalidParameterException"),
    "efs": ("ValidationException", "BadRequest", "BadRequest"),
    "elasticache": (
        "InvalidParameterValue",
        "InvalidParameterValue",
        "TagQuotaPerResourceExceeded",
    ),
    "elbv2": ("ValidationError", "DuplicateTagKeys", "TooManyTags"),
    "iam": ("InvalidInput", "InvalidInput", "LimitExceeded"),
    "kms": ("TagException", "TagException", "TagException"),
    "logs": (
        "InvalidParameterException",
        "InvalidParameterException",
        "TooManyTagsException",
    ),
    "rds": ("InvalidParameterValue", "InvalidParameterValue", "InvalidParameterValue"),
    "resourcegroupstaggingapi": (
        "InvalidParameterException",
        "InvalidParameterException",
        "InvalidParameterException",
    ),
    "s3": ("InvalidTag", "InvalidTag", "BadRequest"),
    "secretsmanager": (
        "InvalidParameterException",
        "InvalidParameterException",
        "InvalidParameterException",
    ),
    "sns": ("InvalidParameter", "InvalidParameter", "TagLimitExceeded"),
    "ssm": ("ValidationException", "ValidationException", "TooManyTagsError"),
    "wafv2": (
        "WAFInvalidParameterException",
        "WAFTagOperationException",
        "WAFLimitsExceededException",
    ),
}
TAG_MEMBERS = ("tags", "Tags", "TagList", "Tagging.TagSet", "HostedZoneTags", "ResourceTags")


def tag_lists(call: AwsRequest) -> Iterator[list[tuple[str, str]]]:
    """The lists of tags that a request gives to a resource, as pairs of key and value."""
    parameters = call.parameters
    if call.name.startswith(("Untag", "Remove", "Delete", "List", "Describe", "Get", "Search")):
        return
    found = [item for member in TAG_MEMBERS for item in values(parameters, member)]
    found += list(values(parameters, "TagSpecifications[].Tags"))
    found += list(values(parameters, "TagSpecification[].Tags"))
    for tags in found:
        if isinstance(tags, dict):
            yield [(str(key), str(value)) for key, value in tags.items()]
        elif isinstance(tags, list) and all(isinstance(tag, dict) for tag in tags):
            yield [
                (
                    tag.get("Key") or tag.get("key") or tag.get("TagKey") or "",
                    tag.get("Value") or tag.get("value") or tag.get("TagValue") or "",
                )
                for tag in tags
            ]


def tags(call: AwsRequest) -> Iterator[Refusal]:
    """Tag keys are unique, do not begin with `aws:` in any case, and a resource has 50 at most."""
    reserved, twice, many = TAG_CODES.get(call.service, ("ValidationException",) * 3)
    if call.service == "ecs" and call.name == "RegisterTaskDefinition":
        reserved = twice = many = "ClientException"
    limit = 10 if call.service == "s3" and call.name == "PutObjectTagging" else 50
    for pairs in tag_lists(call):
        keys = [key for key, _ in pairs]
        for key, value in pairs:
            if key.lower().startswith("aws:"):
                yield Refusal(reserved, f"Tag keys beginning with aws: are reserved: {key}")
            if not 1 <= len(key) <= 128 or len(value) > 256:
                yield Refusal(reserved, f"Tag key or value is too long or empty: {key[:40]}")
        if same := duplicates(key.lower() if call.service == "iam" else key for key in keys):
            yield Refusal(twice, f"Duplicate tag key '{same[0]}' specified.")
        if len(keys) > limit:
            yield Refusal(many, f"A resource cannot have more than {limit} tags.")


GENERAL.append(Rule("tags", "*", (), "", TAG_SOURCE, tags))

# --- ECS: task definitions -----------------------------------------------------------------------

REGISTER = "RegisterTaskDefinition"
TASK_PARAMETERS = f"{ECS_GUIDE}/task_definition_parameters.html"
FARGATE_DIFFERENCES = f"{ECS_GUIDE}/fargate-tasks-services.html"
NAME = "[a-zA-Z0-9_-]{1,255}"

# MiB for each number of CPU units; {ECS_GUIDE}/fargate-tasks-services.html#fargate-tasks-size
FARGATE_MEMORY = {
    256: {512, 1024, 2048},
    512: set(range(1024, 4096 + 1, 1024)),
    1024: set(range(2048, 8192 + 1, 1024)),
    2048: set(range(4096, 16384 + 1, 1024)),
    4096: set(range(8192, 30720 + 1, 1024)),
    8192: set(range(16384, 61440 + 1, 4096)),
    16384: set(range(32768, 122880 + 1, 8192)),
}


def units(text: str | int | None, unit: str) -> int | None:
    """CPU units or MiB of a text such as `1024`, `1 vCPU` or `2 GB`."""
    match = re.fullmatch(rf"\s*(\d*\.?\d+)\s*({unit})?\s*", str(text), re.IGNORECASE)
    if text is None or match is None:
        return None
    return round(float(match[1]) * (1024 if match[2] else 1))


def is_fargate(definition: dict) -> bool:
    return "FARGATE" in (definition.get("requiresCompatibilities") or [])


def container_fault(container: dict, fault: str) -> str:
    return f"Invalid setting for container '{container.get('name')}'. {fault}"


@rule("ecs", REGISTER, "ClientException", f"{FARGATE_DIFFERENCES}#fargate-tasks-size")
def fargate_size(call):
    p = call.parameters
    if not is_fargate(p):
        return
    for name in ("cpu", "memory"):
        if not p.get(name):
            yield f"Fargate requires that '{name}' be defined at the task level."
    cpu, memory = units(p.get("cpu"), "vCPU"), units(p.get("memory"), "GB")
    if cpu is None or memory is None or memory not in FARGATE_MEMORY.get(cpu, ()):
        yield (
            f"No Fargate configuration exists for given values: {p.get('cpu')} CPU, "
            f"{p.get('memory')} memory. See the Amazon ECS documentation for the valid values."
        )


@rule("ecs", REGISTER, "ClientException", FARGATE_DIFFERENCES)
def fargate_parameters(call):
    p = call.parameters
    if not is_fargate(p):
        return
    if p.get("networkMode") != "awsvpc":
        yield "Fargate only supports network mode ‘awsvpc’."
    unsupported = "Fargate compatible task definitions do not support"
    if p.get("placementConstraints"):
        yield f"{unsupported} placementConstraints"
    if p.get("ipcMode"):
        yield f"{unsupported} ipcMode"
    if p.get("pidMode") == "host":
        yield f"{unsupported} pidMode host"
    for volume in p.get("volumes") or []:
        if (volume.get("host") or {}).get("sourcePath"):
            yield f"{unsupported} sourcePath"
        if volume.get("dockerVolumeConfiguration"):
            yield f"{unsupported} dockerVolumeConfiguration"
    for container in p.get("containerDefinitions") or []:
        if container.get("privileged"):
            yield f"{unsupported} privileged containers"
        for name in ("links", "dockerSecurityOptions", "disableNetworking"):
            if container.get(name):
                yield f"{unsupported} {name}"
        for name in ("startTimeout", "stopTimeout"):
            if (container.get(name) or 0) > 120:
                yield container_fault(container, f"{name} must be at most 120 seconds on Fargate.")
        linux = container.get("linuxParameters") or {}
        for name in ("devices", "sharedMemorySize", "maxSwap", "swappiness"):
            if linux.get(name) is not None and linux.get(name) != []:
                yield f"{unsupported} {name}"
        added = set((linux.get("capabilities") or {}).get("add") or [])
        if added - {"SYS_PTRACE"}:
            yield f"{unsupported} adding the capabilities {', '.join(sorted(added))}"
        if any(r.get("type") == "GPU" for r in container.get("resourceRequirements") or []):
            yield f"{unsupported} GPU"
        driver = (container.get("logConfiguration") or {}).get("logDriver")
        if driver and driver not in ("awslogs", "splunk", "awsfirelens"):
            yield f"{unsupported} the log driver {driver}"


@rule("ecs", REGISTER, "ClientException", f"{ECS_GUIDE}/task_execution_IAM_role.html")
def execution_role(call):
    p = call.parameters
    if p.get("executionRoleArn"):
        return
    for container in p.get("containerDefinitions") or []:
        logs = container.get("logConfiguration") or {}
        if container.get("secrets") or logs.get("secretOptions"):
            yield (
                "When you are specifying container secrets, you must also specify a value for "
                "'executionRoleArn'."
            )
        if container.get("repositoryCredentials"):
            yield "repositoryCredentials require a value for 'executionRoleArn'."
        if not is_fargate(p):
            continue
        needs = "Fargate requires task definition to have execution role ARN to support"
        if logs.get("logDriver") == "awslogs":
            yield f"{needs} log driver awslogs."
        if re.match(r"\d{12}\.dkr\.ecr\.", container.get("image") or ""):
            yield f"{needs} ECR images."


@rule("ecs", REGISTER, "ClientException", f"{TASK_PARAMETERS}#container_definitions")
def containers(call):
    p = call.parameters
    if not re.fullmatch(NAME, p.get("family") or ""):
        yield "Family contains invalid characters."
    definitions = p.get("containerDefinitions") or []
    if not definitions:
        yield "Container list cannot be empty."
    if len(definitions) > 10:
        yield "A task definition can have at most 10 containers."
    for container in definitions:
        if not container.get("name"):
            yield "Container.name should not be null or empty."
        if not re.fullmatch(NAME, container["name"]):
            yield "Container.name contains invalid characters."
        if not container.get("image"):
            yield "Container.image should not be null or empty."
        if re.search(r"\s", container["image"]) or len(container["image"]) > 255:
            yield f"Container.image contains invalid characters: {container['image'][:80]}"
    if twice := duplicates(container["name"] for container in definitions):
        yield f"Container name must be unique: {twice[0]}"
    if not any(container.get("essential", True) for container in definitions):
        yield "At least one container of a task definition must be essential."


@rule("ecs", REGISTER, "ClientException", f"{TASK_PARAMETERS}#container_definition_environment")
def container_memory(call):
    p = call.parameters
    definitions = p.get("containerDefinitions") or []
    task_memory, task_cpu = units(p.get("memory"), "GB"), units(p.get("cpu"), "vCPU")
    for container in definitions:
        memory, reserved = container.get("memory"), container.get("memoryReservation")
        if not memory and not reserved and task_memory is None:
            yield container_fault(
                container, "At least one of 'memory' or 'memoryReservation' must be specified."
            )
        for given in (memory, reserved):
            if given is not None and given < 6:
                yield container_fault(container, "Containers need at least 6 MiB of memory.")
        if memory and reserved and reserved > memory:
            yield container_fault(container, "'memory' must be greater than 'memoryReservation'.")
        if memory and task_memory and memory > task_memory:
            yield container_fault(container, "'memory' must not exceed the memory of the task.")
    if task_memory:
        reserved = sum(c.get("memoryReservation") or c.get("memory") or 0 for c in definitions)
        if reserved > task_memory:
            yield "The memory reserved for all containers must not exceed the memory of the task."
    if task_cpu and sum(c.get("cpu") or 0 for c in definitions) > task_cpu:
        yield "The sum of all containers' cpu must not exceed the cpu of the task."


@rule("ecs", REGISTER, "ClientException", f"{ECS_API}/API_PortMapping.html")
def container_ports(call):
    p = call.parameters
    used, names = [], []
    for container in p.get("containerDefinitions") or []:
        for mapping in container.get("portMappings") or []:
            port, host = mapping.get("containerPort"), mapping.get("hostPort")
            names += aslist(mapping.get("name"))
            for given in (port, host):
                if given is not None and not 0 <= given <= 65535:
                    yield container_fault(container, f"Port {given} is not between 0 and 65535.")
            if p.get("networkMode") in ("awsvpc", "host"):
                if host and port is not None and host != port:
                    yield (
                        f"When networkMode={p['networkMode']}, the host ports and container ports "
                        "in port mappings must match."
                    )
                used.append((port, mapping.get("protocol") or "tcp"))
    if twice := [pair for pair in duplicates(used) if pair[0]]:
        yield f"The container port {twice[0][0]} is used by more than one port mapping."
    if twice := duplicates(names):
        yield f"Port mapping names must be unique in a task definition: {twice[0]}"


@rule("ecs", REGISTER, "ClientException", f"{ECS_API}/API_MountPoint.html")
def volumes(call):
    p = call.parameters
    named = [volume.get("name") for volume in p.get("volumes") or []]
    if twice := duplicates(named):
        yield f"Volume names must be unique: {twice[0]}"
    for name in named:
        if not re.fullmatch(NAME, name or ""):
            yield f"Volume name contains invalid characters: {name}"
    definitions = p.get("containerDefinitions") or []
    containers = {container.get("name") for container in definitions}
    for container in definitions:
        paths = []
        for mount in container.get("mountPoints") or []:
            if mount.get("sourceVolume") not in named:
                yield f"Unknown volume '{mount.get('sourceVolume')}'."
            if not mount.get("containerPath"):
                yield container_fault(container, "containerPath of a mount point is missing.")
            paths.append(mount["containerPath"])
        if twice := duplicates(paths):
            yield container_fault(container, f"Two mount points have the path {twice[0]}.")
        for other in container.get("volumesFrom") or []:
            if other.get("sourceContainer") not in containers:
                yield f"Unknown container '{other.get('sourceContainer')}'."


@rule("ecs", REGISTER, "ClientException", f"{ECS_API}/API_EFSVolumeConfiguration.html")
def efs_volumes(call):
    for efs in values(call.parameters, "volumes[].efsVolumeConfiguration"):
        authorization = efs.get("authorizationConfig") or {}
        encrypted = efs.get("transitEncryption") == "ENABLED"
        if authorization.get("iam") == "ENABLED" and not encrypted:
            yield "EFS IAM authorization requires that transit encryption is enabled."
        if authorization.get("accessPointId"):
            if not encrypted:
                yield "EFS access points require that transit encryption is enabled."
            if efs.get("rootDirectory") not in (None, "", "/"):
                yield "With an EFS access point the root directory must be omitted or '/'."
        if efs.get("transitEncryptionPort") is not None and not encrypted:
            yield "A transit encryption port requires that transit encryption is enabled."


@rule("ecs", REGISTER, "ClientException", f"{ECS_API}/API_ContainerDependency.html")
def dependencies(call):
    definitions = {c.get("name"): c for c in call.parameters.get("containerDefinitions") or []}
    needs = {
        name: [d.get("containerName") for d in container.get("dependsOn") or []]
        for name, container in definitions.items()
    }
    for name, container in definitions.items():
        for dependency in container.get("dependsOn") or []:
            other = definitions.get(dependency.get("containerName"))
            if other is None:
                yield f"Container '{name}' depends on unknown '{dependency.get('containerName')}'."
            condition = dependency.get("condition")
            if condition == "HEALTHY" and not other.get("healthCheck"):
                yield f"Container '{name}' waits for a health check that its dependency lacks."
            if condition in ("COMPLETE", "SUCCESS") and other.get("essential", True):
                yield f"Condition {condition} must not be set on an essential container."
    done: set[str] = set()
    while remaining := {name for name in needs if name not in done}:
        free = {name for name in remaining if set(needs[name]) <= done}
        if not free:
            yield f"Containers depend on each other: {', '.join(sorted(remaining))}"
            return
        done |= free


@rule("ecs", REGISTER, "ClientException", f"{ECS_GUIDE}/specify-log-config.html")
def awslogs_options(call):
    p = call.parameters
    for container in p.get("containerDefinitions") or []:
        logs = container.get("logConfiguration") or {}
        if logs.get("logDriver") != "awslogs":
            continue
        required = ["awslogs-group", "awslogs-region"]
        required += ["awslogs-stream-prefix"] if is_fargate(p) else []
        given = {**(logs.get("options") or {})}
        given.update({secret.get("name"): "" for secret in logs.get("secretOptions") or []})
        if missing := [name for name in required if name not in given]:
            yield f"Log driver awslogs requires options: {', '.join(missing)}"


@rule("ecs", REGISTER, "ClientException", f"{ECS_API}/API_Secret.html")
def secret_names(call):
    for container in call.parameters.get("containerDefinitions") or []:
        secrets = [secret.get("name") for secret in container.get("secrets") or []]
        variables = [variable.get("name") for variable in container.get("environment") or []]
        taken = [name for name in secrets if name in variables] or duplicates(secrets)
        if taken:
            yield (
                "The secret name must be unique and not shared with any new or existing "
                f"environment variables set on the container, such as '{taken[0]}'."
            )


@rule("ecs", REGISTER, "ClientException", f"{ECS_API}/API_HealthCheck.html")
def container_health_check(call):
    for container in call.parameters.get("containerDefinitions") or []:
        check = container.get("healthCheck")
        if check is None:
            continue
        command = check.get("command") or []
        if not command or command[0] not in ("CMD", "CMD-SHELL", "NONE"):
            yield container_fault(
                container, "A health check's command must begin with CMD or CMD-SHELL."
            )
        if command[0] != "NONE" and len(command) < 2:
            yield container_fault(container, "A health check's command must not be empty.")
        for name, least, most in (
            ("interval", 5, 300),
            ("timeout", 2, 60),
            ("retries", 1, 10),
            ("startPeriod", 0, 300),
        ):
            if check.get(name) is not None and not least <= check[name] <= most:
                yield container_fault(
                    container, f"{name} of a health check must be from {least} to {most}."
                )


value_rule(
    "ecs",
    REGISTER,
    "ephemeralStorage.sizeInGiB",
    "ClientException",
    f"{ECS_API}/API_EphemeralStorage.html",
    between(21, 200, "sizeInGiB of ephemeralStorage"),
)
for member in ("taskRoleArn", "executionRoleArn"):
    value_rule(
        "ecs",
        REGISTER,
        member,
        "ClientException",
        f"{ECS_API}/API_RegisterTaskDefinition.html",
        matches(r"arn:aws[a-z-]*:iam::\d{12}:role/.+|[\w+=,.@-]{1,64}", "Role is not valid: {}"),
    )

# --- ECS: clusters, services and tasks -----------------------------------------------------------

SERVICE = "CreateService UpdateService"
SERVICE_API = f"{ECS_API}/API_CreateService.html"


def definition_of(call: AwsRequest, name: str | None) -> dict | None:
    """A registered task definition, with the API's names."""
    if not name:
        return None
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


def current_service(call: AwsRequest):
    p = call.parameters
    cluster = (p.get("cluster") or "default").split("/")[-1]
    name = (p.get("service") or p.get("serviceName") or "").split("/")[-1]
    found = state(call, "ecs").services.get(f"{cluster}:{name}")
    return found if found is not None and found.status == "ACTIVE" else None


def used_definition(call: AwsRequest) -> dict | None:
    """The task definition of a request, or of the service that it is about."""
    name = call.parameters.get("taskDefinition")
    if not name and call.name == "UpdateService":
        service = current_service(call)
        name = getattr(service, "task_definition", None)
    return definition_of(call, name)


def runs_on_fargate(p: dict) -> bool:
    strategy = p.get("capacityProviderStrategy") or []
    return p.get("launchType") == "FARGATE" or any(
        str(item.get("capacityProvider", "")).startswith("FARGATE") for item in strategy
    )


@rule("ecs", "CreateService RunTask", "InvalidParameterException", SERVICE_API)
def launch(call):
    p = call.parameters
    strategy = p.get("capacityProviderStrategy") or []
    if p.get("launchType") and strategy:
        yield (
            "Specifying both a launch type and capacity provider strategy is not supported. "
            "Remove one and try again."
        )
    definition = used_definition(call)
    if definition is None or not runs_on_fargate(p):
        return
    if "FARGATE" not in (definition["requiresCompatibilities"] or []):
        yield "Task definition does not support launch_type FARGATE."
    for name in ("placementStrategy", "placementConstraints"):
        if p.get(name):
            yield f"{name} is not supported with FARGATE."
    if p.get("schedulingStrategy") == "DAEMON":
        yield "The DAEMON scheduling strategy is not supported with FARGATE."


@rule(
    "ecs",
    f"{SERVICE} RunTask CreateCluster PutClusterCapacityProviders",
    "InvalidParameterException",
    f"{ECS_API}/API_CapacityProviderStrategyItem.html",
)
def capacity_providers(call):
    p = call.parameters
    strategy = p.get("capacityProviderStrategy") or p.get("defaultCapacityProviderStrategy") or []
    named = [item.get("capacityProvider") for item in strategy]
    if twice := duplicates(named):
        yield f"A capacity provider may be in a strategy only once: {twice[0]}"
    if strategy and not any(item.get("weight", 0) for item in strategy):
        if any("weight" in item for item in strategy) or len(strategy) > 1:
            yield "At least one capacity provider must have a weight greater than 0."
    if sum(1 for item in strategy if item.get("base")) > 1:
        yield "Only one capacity provider in a strategy can have a base."
    if any(name in ("FARGATE", "FARGATE_SPOT") for name in named) and not all(
        name in ("FARGATE", "FARGATE_SPOT") for name in named
    ):
        yield "A strategy cannot mix Fargate and Auto Scaling group capacity providers."
    if call.name in ("CreateCluster", "PutClusterCapacityProviders"):
        known = p.get("capacityProviders") or []
        if twice := duplicates(known):
            yield f"A capacity provider is named twice: {twice[0]}"
    elif strategy:
        cluster = (p.get("cluster") or "default").split("/")[-1]
        found = state(call, "ecs").clusters.get(cluster)
        if found is None:
            return
        known = found.capacity_providers or []
    else:
        return
    for name in named:
        if name not in known:
            yield (
                "The specified capacity provider strategy cannot contain a capacity provider that "
                f"is not associated with the cluster: {name}"
            )


@rule("ecs", "CreateService RunTask", "InvalidParameterException", SERVICE_API)
def network_configuration(call):
    p = call.parameters
    definition = used_definition(call)
    configuration = (p.get("networkConfiguration") or {}).get("awsvpcConfiguration")
    if definition is None:
        return
    awsvpc = definition["networkMode"] == "awsvpc"
    if awsvpc and not configuration:
        yield "Network Configuration must be provided when networkMode 'awsvpc' is specified."
    if configuration and not awsvpc:
        yield (
            "Network Configuration is not valid for the given networkMode of this task definition."
        )


@rule(
    "ecs",
    f"{SERVICE} RunTask",
    "InvalidParameterException",
    f"{ECS_API}/API_AwsVpcConfiguration.html",
)
def awsvpc_configuration(call):
    for configuration in values(call.parameters, "networkConfiguration.awsvpcConfiguration"):
        subnets = configuration.get("subnets") or []
        groups = configuration.get("securityGroups") or []
        if not subnets:
            yield "subnets can not be empty."
        if len(subnets) > 16:
            yield "subnets can have at most 16 items."
        if len(groups) > 5:
            yield "securityGroups can have at most 5 items."
        if twice := duplicates(subnets) or duplicates(groups):
            yield f"{twice[0]} is named twice in the network configuration."


@rule("ecs", SERVICE, "InvalidParameterException", f"{ECS_API}/API_LoadBalancer.html")
def service_target_groups(call):
    definition = used_definition(call)
    balancing = state(call, "elbv2")
    for target in call.parameters.get("loadBalancers") or []:
        arn = target.get("targetGroupArn")
        if arn:
            group = balancing.target_groups.get(arn)
            if group is None or not is_attached(balancing, arn):
                yield (
                    f"The target group with targetGroupArn {arn} does not have an associated load "
                    "balancer."
                )
            if (
                definition is not None
                and definition["networkMode"] == "awsvpc"
                and group.target_type != "ip"
            ):
                yield (
                    f"The provided target group {arn} has target type {group.target_type}, which "
                    "is incompatible with the awsvpc network mode specified in the task definition."
                )
        if definition is None:
            continue
        name, port = target.get("containerName"), target.get("containerPort")
        found = [c for c in definition["containerDefinitions"] if c.get("name") == name]
        if not found:
            yield f"The container {name} does not exist in the task definition."
        ports = [mapping.get("containerPort") for mapping in found[0].get("portMappings") or []]
        if port not in ports:
            yield f"The container {name} did not have a container port {port} defined."


def is_attached(balancing, arn: str) -> bool:
    """Whether a listener or a rule forwards to a target group."""
    forwards = [
        getattr(action, "data", action)
        for listener in listeners(balancing)
        for actions in (listener.default_actions, *(r.actions for r in listener.rules.values()))
        for action in actions
    ]
    return any(arn in json.dumps(action, default=str) for action in forwards)


def listeners(balancing) -> list:
    return [
        listener
        for balancer in balancing.load_balancers.values()
        for listener in balancer.listeners.values()
    ]


@rule("ecs", SERVICE, "InvalidParameterException", SERVICE_API)
def service_settings(call):
    p = call.parameters
    desired = p.get("desiredCount")
    if call.name == "CreateService":
        if not re.fullmatch(NAME, p.get("serviceName") or ""):
            yield "The service name may have up to 255 letters, numbers, underscores and hyphens."
        if desired is None and p.get("schedulingStrategy") != "DAEMON":
            yield "desiredCount must be specified for the REPLICA scheduling strategy."
        if p.get("healthCheckGracePeriodSeconds") and not p.get("loadBalancers"):
            yield (
                "Health check grace period is only valid for services configured to use load "
                "balancers"
            )
        if current_service(call) is not None:
            yield "Creation of service was not idempotent."
    if desired is not None and desired < 0:
        yield f"desiredCount must not be negative: {desired}"
    grace = p.get("healthCheckGracePeriodSeconds")
    if grace is not None and not 0 <= grace <= 2_147_483_647:
        yield f"healthCheckGracePeriodSeconds must be between 0 and 2147483647: {grace}"


@rule(
    "ecs",
    SERVICE,
    "InvalidParameterException",
    f"{ECS_API}/API_DeploymentConfiguration.html",
)
def deployment_configuration(call):
    p = call.parameters
    configuration = p.get("deploymentConfiguration") or {}
    most, least = configuration.get("maximumPercent"), configuration.get("minimumHealthyPercent")
    for name, value in (("maximumPercent", most), ("minimumHealthyPercent", least)):
        if value is not None and value < 0:
            yield f"{name} must not be negative: {value}"
    if least is not None and least > 100 and most is not None and least >= most:
        yield "minimumHealthyPercent must be lower than maximumPercent."
    if most is not None and most < 100:
        yield "maximumPercent must be at least 100."
    if most == 100 and least == 100:
        yield (
            "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block "
            "deployments."
        )
    controller = (p.get("deploymentController") or {}).get("type", "ECS")
    breaker = configuration.get("deploymentCircuitBreaker") or {}
    if breaker.get("enable") and controller != "ECS":
        yield f"A deployment circuit breaker cannot be used with the {controller} controller."
    if p.get("availabilityZoneRebalancing") == "ENABLED" and most is not None and most <= 100:
        yield "availabilityZoneRebalancing requires a maximumPercent above 100."


@rule("ecs", "CreateService RunTask", "InvalidParameterException", f"{ECS_GUIDE}/ecs-exec.html")
def execute_command_role(call):
    definition = used_definition(call)
    if call.parameters.get("enableExecuteCommand") and definition is not None:
        overrides = call.parameters.get("overrides") or {}
        if not definition["taskRoleArn"] and not overrides.get("taskRoleArn"):
            yield (
                "The service couldn't be created because a valid taskRoleArn is not being used. "
                "Specify a valid task role in your task definition and try again."
            )


@rule("ecs", "RunTask", "InvalidParameterException", f"{ECS_API}/API_RunTask.html")
def run_task(call):
    p = call.parameters
    if p.get("count") is not None and not 1 <= p["count"] <= 10:
        yield f"count must be between 1 and 10: {p['count']}"
    if p.get("startedBy") and not re.fullmatch(r"[a-zA-Z0-9_/-]{1,128}", p["startedBy"]):
        yield (
            "startedBy may have up to 128 letters, numbers, hyphens, forward slashes and "
            "underscores."
        )
    definition = used_definition(call)
    if definition is not None:
        known = [container.get("name") for container in definition["containerDefinitions"]]
        for name in values(p, "overrides.containerOverrides[].name"):
            if name not in known:
                yield (
                    f"Override for container named {name} is not a container in the TaskDefinition."
                )
    overrides = p.get("overrides") or {}
    if runs_on_fargate(p) and overrides.get("cpu") and overrides.get("memory"):
        cpu, memory = units(overrides["cpu"], "vCPU"), units(overrides["memory"], "GB")
        if memory not in FARGATE_MEMORY.get(cpu, ()):
            yield "No Fargate configuration exists for given values."


@rule(
    "ecs",
    f"{SERVICE} RunTask",
    "PlatformUnknownException",
    f"{ECS_GUIDE}/platform-fargate.html",
)
def platform_version(call):
    version = call.parameters.get("platformVersion")
    if version and version not in ("LATEST", "1.4.0", "1.3.0", "1.2.0", "1.1.0", "1.0.0"):
        yield f"The specified platform does not exist: {version}"


value_rule(
    "ecs",
    "CreateCluster",
    "clusterName",
    "InvalidParameterException",
    f"{ECS_API}/API_CreateCluster.html",
    matches(NAME, "Invalid cluster name: {}"),
)
value_rule(
    "ecs",
    "CreateCluster UpdateCluster UpdateClusterSettings",
    "settings[].value",
    "InvalidParameterException",
    f"{ECS_API}/API_ClusterSetting.html",
    one_of(("enabled", "disabled", "enhanced"), "The value of containerInsights"),
)


@rule(
    "ecs", "DeleteCluster", "ClusterContainsServicesException", f"{ECS_API}/API_DeleteCluster.html"
)
def delete_cluster(call):
    cluster = (call.parameters.get("cluster") or "").split("/")[-1]
    for key, service in state(call, "ecs").services.items():
        if key.startswith(f"{cluster}:") and service.status == "ACTIVE":
            yield "The Cluster cannot be deleted while Services are active."


# --- Load balancers ------------------------------------------------------------------------------

TARGET_GROUP = "CreateTargetGroup ModifyTargetGroup"


def balancer_name(what: str, reserved: str | None):
    def wrong(name: str) -> str | None:
        if len(name) > 32:
            return f"The {what} name '{name}' cannot be longer than '32' characters"
        if not re.fullmatch(r"[a-zA-Z0-9-]+", name):
            return (
                f"The {what} name '{name}' can only contain characters that are alphanumeric "
                "characters and hyphens(-)"
            )
        if name.startswith("-") or name.endswith("-"):
            return f"The {what} name '{name}' cannot begin or end with a hyphen(-)"
        if reserved and name.lower().startswith(reserved):
            return f"The {what} name '{name}' cannot begin with '{reserved}'"
        return None

    return wrong


value_rule(
    "elbv2",
    "CreateLoadBalancer",
    "Name",
    "ValidationError",
    f"{ELB_API}/API_CreateLoadBalancer.html",
    balancer_name("load balancer", "internal-"),
)
value_rule(
    "elbv2",
    "CreateTargetGroup",
    "Name",
    "ValidationError",
    f"{ELB_API}/API_CreateTargetGroup.html",
    balancer_name("target group", None),
)


def application_balancer(p: dict) -> bool:
    return p.get("Type", "application") == "application"


@rule(
    "elbv2",
    "CreateLoadBalancer SetSubnets",
    "ValidationError",
    f"{ELB_API}/API_CreateLoadBalancer.html",
)
def balancer_zones(call):
    p = call.parameters
    mapped = [item.get("SubnetId") for item in p.get("SubnetMappings") or []]
    subnets = p.get("Subnets") or mapped
    if p.get("Subnets") and mapped:
        yield "Only one of Subnets and SubnetMappings can be specified."
    if not subnets:
        yield "At least one of Subnets and SubnetMappings must be specified."
    if twice := duplicates(subnets):
        yield f"A subnet can be specified only once: {twice[0]}"
    zones = subnet_zones(call, subnets)
    if len(zones) < len(subnets):
        return
    if duplicates(zones):
        yield Refusal(
            "InvalidConfigurationRequest",
            "A load balancer cannot be attached to multiple subnets in the same Availability Zone",
        )
    made = state(call, "elbv2").load_balancers
    same = [one for one in made.values() if one.name == p.get("Name")]
    scheme = p.get("Scheme", "internet-facing")
    if same and (same[0].scheme, {s.id for s in same[0].subnets}) != (scheme, set(subnets)):
        yield Refusal(
            "DuplicateLoadBalancerName",
            "A load balancer with the same name exists, but with different settings",
        )
    balancer = made.get(p.get("LoadBalancerArn"))
    kind = p.get("Type", "application") if balancer is None else balancer.type
    if kind == "application" and len(set(zones)) < 2:
        yield "At least two subnets in two different Availability Zones must be specified"


def subnet_zones(call: AwsRequest, subnets: list[str]) -> list[str]:
    known = state(call, "ec2").subnets
    found = {
        subnet_id: subnet.availability_zone
        for zone in known.values()
        for subnet_id, subnet in zone.items()
    }
    return [found[subnet] for subnet in subnets if subnet in found]


@rule("elbv2", TARGET_GROUP, "ValidationError", f"{ALB_GUIDE}/target-group-health-checks.html")
def health_check(call):
    p = call.parameters
    group = state(call, "elbv2").target_groups.get(p.get("TargetGroupArn"))

    def current(parameter: str, attribute: str, default: int) -> int:
        value = p.get(parameter)
        if value is None and group is not None:
            value = getattr(group, attribute, None)
        return int(value if value not in (None, "None") else default)

    lambda_target = p.get("TargetType") == "lambda"
    interval = current(
        "HealthCheckIntervalSeconds", "healthcheck_interval_seconds", 35 if lambda_target else 30
    )
    timeout = current(
        "HealthCheckTimeoutSeconds", "healthcheck_timeout_seconds", 30 if lambda_target else 5
    )
    if (p.get("HealthCheckIntervalSeconds") or p.get("HealthCheckTimeoutSeconds")) and (
        timeout >= interval
    ):
        yield "Health check interval must be greater than the timeout."
    path = p.get("HealthCheckPath")
    if path is not None and not path.startswith("/") and p.get("ProtocolVersion") != "GRPC":
        yield f"Health check path '{path}' must begin with a '/' character"
    codes = (p.get("Matcher") or {}).get("HttpCode")
    if codes is not None:
        for part in codes.split(","):
            ends = part.split("-")
            if not all(re.fullmatch(r"[2-5]\d\d", end) for end in ends) or len(ends) > 2:
                yield f"Health check matcher HTTP code '{codes}' must be within '200-499' inclusive"


@rule("elbv2", "CreateTargetGroup", "ValidationError", f"{ELB_API}/API_CreateTargetGroup.html")
def target_group(call):
    p = call.parameters
    if p.get("TargetType") == "lambda":
        return
    for name in ("Protocol", "Port", "VpcId"):
        if p.get(name) is None:
            yield f"{name} must be specified"
    if p.get("ProtocolVersion") not in (None, "", "HTTP1", "HTTP2", "GRPC"):
        yield f"Protocol version '{p['ProtocolVersion']}' must be one of 'GRPC, HTTP1, HTTP2'"


BOOLEAN = ("true", "false")
# Values of attributes: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/
# API_TargetGroupAttribute.html and API_LoadBalancerAttribute.html
TARGET_GROUP_ATTRIBUTES = {
    "deregistration_delay.timeout_seconds": (0, 3600),
    "stickiness.enabled": BOOLEAN,
    "stickiness.type": (
        "lb_cookie",
        "app_cookie",
        "source_ip",
        "source_ip_dest_ip",
        "source_ip_dest_ip_proto",
    ),
    "stickiness.lb_cookie.duration_seconds": (1, 604800),
    "stickiness.app_cookie.duration_seconds": (1, 604800),
    "stickiness.app_cookie.cookie_name": None,
    "load_balancing.cross_zone.enabled": (*BOOLEAN, "use_load_balancer_configuration"),
    "load_balancing.algorithm.type": (
        "round_robin",
        "least_outstanding_requests",
        "weighted_random",
    ),
    "load_balancing.algorithm.anomaly_mitigation": ("on", "off"),
    "slow_start.duration_seconds": (0, 900),
}
LOAD_BALANCER_ATTRIBUTES = {
    "access_logs.s3.enabled": BOOLEAN,
    "connection_logs.s3.enabled": BOOLEAN,
    "deletion_protection.enabled": BOOLEAN,
    "idle_timeout.timeout_seconds": (1, 4000),
    "client_keep_alive.seconds": (60, 604800),
    "load_balancing.cross_zone.enabled": BOOLEAN,
    "routing.http.desync_mitigation_mode": ("monitor", "defensive", "strictest"),
    "routing.http.drop_invalid_header_fields.enabled": BOOLEAN,
    "routing.http.preserve_host_header.enabled": BOOLEAN,
    "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": BOOLEAN,
    "routing.http.xff_client_port.enabled": BOOLEAN,
    "routing.http.xff_header_processing.mode": ("append", "preserve", "remove"),
    "routing.http2.enabled": BOOLEAN,
    "waf.fail_open.enabled": BOOLEAN,
    "zonal_shift.config.enabled": BOOLEAN,
}


def attribute_faults(attributes: list[dict], known: dict) -> Iterator[str]:
    if twice := duplicates(attribute.get("Key") for attribute in attributes):
        yield f"Attribute key '{twice[0]}' is specified more than once"
    for attribute in attributes:
        key, value = attribute.get("Key"), attribute.get("Value")
        allowed = known.get(key)
        if allowed is None or value is None:
            continue
        if isinstance(allowed[0], int):
            if not re.fullmatch(r"-?\d+", value) or not allowed[0] <= int(value) <= allowed[1]:
                yield (
                    f"The value of '{key}' must be between '{allowed[0]}' and '{allowed[1]}' "
                    "inclusive"
                )
        elif value not in allowed:
            yield f"'{key}' must be one of '{', '.join(allowed)}'"


@rule(
    "elbv2",
    "ModifyTargetGroupAttributes",
    "ValidationError",
    f"{ELB_API}/API_TargetGroupAttribute.html",
)
def target_group_attributes(call):
    attributes = call.parameters.get("Attributes") or []
    yield from attribute_faults(attributes, TARGET_GROUP_ATTRIBUTES)
    for attribute in attributes:
        key, value = attribute.get("Key"), attribute.get("Value")
        if key not in TARGET_GROUP_ATTRIBUTES and not re.match(
            r"(target_group_health|target_health_state|target_failover|proxy_protocol|"
            r"preserve_client_ip|lambda\.|deregistration_delay\.connection)",
            key or "",
        ):
            yield f"Target group attribute key '{key}' is not recognized"
        if key == "slow_start.duration_seconds" and value and 0 < int(value) < 30:
            yield f"The value of '{key}' must be 0 or between '30' and '900' inclusive"


@rule(
    "elbv2",
    "ModifyLoadBalancerAttributes",
    "ValidationError",
    f"{ELB_API}/API_LoadBalancerAttribute.html",
)
def load_balancer_attributes(call):
    attributes = call.parameters.get("Attributes") or []
    yield from attribute_faults(attributes, LOAD_BALANCER_ATTRIBUTES)
    given = {attribute.get("Key"): attribute.get("Value") for attribute in attributes}
    for key in given:
        if not re.match(
            r"(access_logs|connection_logs|health_check_logs|deletion_protection|idle_timeout|"
            r"client_keep_alive|routing|waf|ipv6|dns_record|load_balancing|zonal_shift|"
            r"secondary_ips)\.",
            key or "",
        ):
            yield f"Load balancer attribute key '{key}' is not recognized"
    for kind in ("access_logs", "connection_logs"):
        if given.get(f"{kind}.s3.enabled") == "true":
            bucket = given.get(f"{kind}.s3.bucket")
            if not bucket:
                yield f"The value of '{kind}.s3.bucket' cannot be empty"
            if bucket not in state(call, "s3").buckets:
                yield Refusal(
                    "InvalidConfigurationRequest",
                    f"Access Denied for bucket: {bucket}. Please check S3bucket permission",
                )


@rule(
    "elbv2", "DeleteLoadBalancer", "OperationNotPermitted", f"{ELB_API}/API_DeleteLoadBalancer.html"
)
def deletion_protection(call):
    arn = call.parameters.get("LoadBalancerArn")
    balancer = state(call, "elbv2").load_balancers.get(arn)
    if balancer is not None and balancer.attrs.get("deletion_protection.enabled") == "true":
        yield f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled"


@rule(
    "elbv2",
    "CreateListener ModifyListener",
    "ValidationError",
    f"{ELB_API}/API_CreateListener.html",
)
def listener(call):
    p = call.parameters
    balancing = state(call, "elbv2")
    before = next(
        (found for found in listeners(balancing) if found.arn == p.get("ListenerArn")), None
    )
    protocol = p.get("Protocol") or getattr(before, "protocol", None)
    certificates = p.get("Certificates") or getattr(before, "certificates", None) or []
    arn = p.get("LoadBalancerArn") or getattr(before, "load_balancer_arn", None)
    balancer = balancing.load_balancers.get(arn)
    if balancer is not None and balancer.type == "application":
        for name in ("Protocol", "Port"):
            if before is None and p.get(name) is None:
                yield f"{name} must be specified"
        if protocol not in ("HTTP", "HTTPS"):
            yield f"Listener protocol '{protocol}' must be one of 'HTTPS, HTTP'"
    if protocol == "HTTPS" and not certificates:
        yield "A certificate must be specified for HTTPS listeners"
    if protocol == "HTTP":
        if p.get("Certificates"):
            yield "Certificates cannot be specified for HTTP listeners"
        if p.get("SslPolicy"):
            yield "SslPolicy cannot be specified for HTTP listeners"
    for certificate in values(p, "Certificates[].CertificateArn"):
        parts = certificate.split(":")
        if len(parts) < 6 or parts[2] == "acm" and parts[3] != call.region:
            yield f"Certificate ARN '{certificate}' is not valid"
    policy = p.get("SslPolicy")
    known = r"ELBSecurityPolicy-((TLS|FS|TLS13)[A-Za-z0-9-]*-)?\d{4}-\d\d"
    if policy and protocol == "HTTPS" and not re.fullmatch(known, policy):
        yield Refusal("SSLPolicyNotFound", f"SSL policy '{policy}' not found")


@rule(
    "elbv2",
    "CreateListener ModifyListener CreateRule ModifyRule",
    "ValidationError",
    f"{ELB_API}/API_Action.html",
)
def actions(call):
    p = call.parameters
    given = p.get("DefaultActions") or p.get("Actions") or []
    if call.name.startswith("Create") and not given:
        yield "At least one action must be specified"
    ends = [a for a in given if a.get("Type") in ("forward", "redirect", "fixed-response")]
    if given and len(ends) != 1:
        yield "Exactly one action must be of type forward, redirect or fixed-response"
    balancing = state(call, "elbv2")
    for action in given:
        kind = action.get("Type")
        if kind == "forward":
            groups = list(values(action, "ForwardConfig.TargetGroups[].TargetGroupArn"))
            groups += aslist(action.get("TargetGroupArn"))
            if not groups:
                yield "A target group ARN must be specified"
            for group in groups:
                if group not in balancing.target_groups:
                    yield Refusal("TargetGroupNotFound", f"Target groups '{group}' not found")
            for weight in values(action, "ForwardConfig.TargetGroups[].Weight"):
                if not 0 <= weight <= 999:
                    yield f"Weight '{weight}' must be between '0' and '999' inclusive"
            if len(set(groups)) > 5:
                yield Refusal("TooManyTargetGroups", "A rule can forward to up to 5 target groups")
        elif kind == "redirect":
            config = action.get("RedirectConfig") or {}
            if not config.get("StatusCode"):
                yield "A redirect action must have a status code"
            same = {"#{protocol}", "#{host}", "#{port}", "/#{path}", "#{query}", None}
            if {config.get(k) for k in ("Protocol", "Host", "Port", "Path", "Query")} <= same:
                yield Refusal(
                    "InvalidLoadBalancerAction",
                    "The redirect configuration is not valid because it creates a loop.",
                )
        elif kind == "fixed-response":
            if not (action.get("FixedResponseConfig") or {}).get("StatusCode"):
                yield "A fixed-response action must have a status code"


@rule("elbv2", "CreateRule ModifyRule", "ValidationError", f"{ELB_API}/API_RuleCondition.html")
def conditions(call):
    fields = (
        "host-header",
        "http-header",
        "http-request-method",
        "path-pattern",
        "query-string",
        "source-ip",
    )
    given = call.parameters.get("Conditions")
    if call.name == "CreateRule" and not given:
        yield "A condition must be specified"
    total = 0
    for condition in given or []:
        field = condition.get("Field")
        if field not in fields:
            yield f"Condition field '{field}' must be one of '{', '.join(fields)}'"
        found = list(condition.get("Values") or [])
        for config in condition.values():
            if isinstance(config, dict):
                found += [v for v in config.get("Values") or [] if isinstance(v, str)]
                total += len(config.get("Values") or [])
        total += len(condition.get("Values") or [])
        for value in found:
            if len(value) > 128:
                yield "A condition value cannot be longer than '128' characters"
            if field == "source-ip" and not is_network(value):
                yield f"The source-ip condition '{value}' is not a valid CIDR block"
            if field == "path-pattern" and not re.fullmatch(
                r"[A-Za-z0-9_\-.$/~\"'@:+&()!,;=*?%]+", value
            ):
                yield f"The path pattern '{value}' is not valid"
    if total > 5:
        yield "A rule can only have '5' condition values"


def is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return "/" in text


@rule("elbv2", "SetRulePriorities", "ValidationError", f"{ELB_API}/API_SetRulePriorities.html")
def rule_priorities(call):
    for priority in values(call.parameters, "RulePriorities[].Priority"):
        if not 1 <= priority <= 50000:
            yield f"Rule priority '{priority}' must be between '1' and '50000' inclusive"


# --- RDS -----------------------------------------------------------------------------------------

CREATE_DB = "CreateDBInstance"
DB = f"{CREATE_DB} ModifyDBInstance"
CREATE_DB_API = f"{RDS_API}/API_CreateDBInstance.html"
IDENTIFIER = r"[A-Za-z](?!.*--)[A-Za-z0-9-]{0,62}(?<!-)"


def identifier(what: str):
    return matches(
        IDENTIFIER,
        f"The parameter {what} is not a valid identifier. Identifiers must begin with a letter; "
        "must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or "
        "contain two consecutive hyphens.",
    )


for operations, member in (
    (f"{CREATE_DB} CreateDBInstanceReadReplica", "DBInstanceIdentifier"),
    ("ModifyDBInstance", "NewDBInstanceIdentifier"),
    ("CreateDBSnapshot", "DBSnapshotIdentifier"),
    ("DeleteDBInstance", "FinalDBSnapshotIdentifier"),
    ("CreateDBCluster", "DBClusterIdentifier"),
):
    value_rule(
        "rds", operations, member, "InvalidParameterValue", CREATE_DB_API, identifier(member)
    )


def database(call: AwsRequest):
    """The instance that a request is about, if it was made."""
    name = (call.parameters.get("DBInstanceIdentifier") or "").lower()
    return state(call, "rds").databases.get(name)


def engine_of(call: AwsRequest) -> str:
    return call.parameters.get("Engine") or getattr(database(call), "engine", "") or ""


@rule("rds", f"{DB} CreateDBCluster", "InvalidParameterValue", CREATE_DB_API)
def master_password(call):
    p = call.parameters
    password, engine = p.get("MasterUserPassword"), engine_of(call)
    if password is not None:
        longest = 41 if "mysql" in engine or "mariadb" in engine else 128
        if not 8 <= len(password) <= longest:
            yield (
                "The parameter MasterUserPassword is not a valid password because it is not from "
                f"8 to {longest} characters long."
            )
        if not re.fullmatch(r"[!-~]+", password) or re.search(r"[/@\" ]", password):
            yield (
                "The parameter MasterUserPassword is not a valid password. Only printable ASCII "
                "characters besides '/', '@', '\"', ' ' may be used."
            )
        if p.get("ManageMasterUserPassword"):
            yield Refusal(
                "InvalidParameterCombination",
                "You can't specify MasterUserPassword when ManageMasterUserPassword is enabled.",
            )


# Words that the engines keep for themselves, as RDS answers and its guide say.
RESERVED_USERS = {
    "postgres": {"admin", "rdsadmin", "rds_superuser", "rdsrepladmin", "user", "root_rds"},
    "mysql": {"rdsadmin", "rdsrepladmin", "mysql.sys", "mysql.session"},
    "mariadb": {"rdsadmin", "rdsrepladmin", "mariadb.sys"},
}
# PostgreSQL's reserved key words: https://www.postgresql.org/docs/current/sql-keywords-appendix.html
SQL_WORDS = set(
    "all analyse analyze and any array as asc asymmetric both case cast check collate column "
    "constraint create current_date current_role current_time current_timestamp current_user "
    "default deferrable desc distinct do else end except false fetch for foreign from grant group "
    "having in initially intersect into lateral leading limit localtime localtimestamp not null "
    "offset on only or order placing primary references returning select session_user some "
    "symmetric table then to trailing true union unique user using variadic when where window "
    "with".split()
)


@rule("rds", f"{CREATE_DB} CreateDBCluster", "InvalidParameterValue", f"{CREATE_DB_API}")
def master_user(call):
    p = call.parameters
    engine, user = engine_of(call), p.get("MasterUsername")
    restored = p.get("DBClusterIdentifier") or p.get("DBSnapshotIdentifier")
    if call.name == CREATE_DB and not restored:
        if not user:
            yield "The parameter MasterUsername must be provided and must not be blank."
        if (
            not p.get("MasterUserPassword")
            and not p.get("ManageMasterUserPassword")
            and p.get("MasterUserAuthenticationType") != "iam-db-auth"
        ):
            yield "The parameter MasterUserPassword must be provided and must not be blank."
    if not user:
        return
    kind = next((name for name in RESERVED_USERS if name in engine), "postgres")
    longest = 63 if "postgres" in engine else 32 if "mysql" in engine else 63
    if not re.fullmatch(rf"[A-Za-z][A-Za-z0-9_]{{0,{longest - 1}}}", user):
        yield (
            "The parameter MasterUsername is not a valid identifier. It must begin with a letter "
            f"and have up to {longest} letters, digits and underscores."
        )
    reserved = RESERVED_USERS[kind] | (SQL_WORDS if kind == "postgres" else set())
    if user.lower() in reserved or kind == "postgres" and user.lower().startswith("pg_"):
        yield f"MasterUsername {user} cannot be used as it is a reserved word used by the engine"


STORAGE = f"{RDS_GUIDE}/CHAP_Storage.html"
STORAGE_TYPES = ("standard", "gp2", "gp3", "io1", "io2")
# GiB at least and at most, for MariaDB, MySQL and PostgreSQL.
STORAGE_SIZES = {
    "standard": (5, 3072),
    "gp2": (20, 65536),
    "gp3": (20, 65536),
    "io1": (100, 65536),
    "io2": (100, 65536),
}


@rule("rds", DB, "InvalidParameterCombination", STORAGE)
def storage(call):
    p = call.parameters
    engine = engine_of(call)
    if not re.fullmatch(r"postgres|mysql|mariadb", engine):
        return
    before = database(call) if call.name != CREATE_DB else None
    kind = p.get("StorageType") or getattr(before, "storage_type", None)
    kind = kind or ("io1" if p.get("Iops") else "gp2")
    if kind not in STORAGE_TYPES:
        yield Refusal("InvalidParameterValue", f"Invalid storage type: {kind}")
    size = p.get("AllocatedStorage")
    iops, throughput = p.get("Iops"), p.get("StorageThroughput")
    if call.name == CREATE_DB and size is None and not p.get("DBSnapshotIdentifier"):
        yield Refusal(
            "InvalidParameterValue",
            "The parameter AllocatedStorage must be provided and must not be null.",
        )
    least, most = STORAGE_SIZES[kind]
    wrong = f"Invalid storage size for engine name {engine} and storage type {kind}: {size}"
    if size is not None and not least <= size <= most:
        yield wrong
    if before is not None and size is not None and size < int(before.allocated_storage or 0):
        yield wrong
    size = size or int(getattr(before, "allocated_storage", 0) or 0)
    limit = p.get("MaxAllocatedStorage")
    if limit is not None and limit and (limit < size or limit > most):
        yield (
            f"Invalid max storage size for engine name {engine} and storage type {kind}: {limit}"
        )
    if kind in ("io1", "io2"):
        if iops is None and call.name == CREATE_DB:
            yield f"The storage type {kind} requires iops to be specified."
        if iops is not None and not 1000 <= iops <= 256_000:
            yield f"Invalid iops value for engine {engine} and storage type {kind}: {iops}"
        ratio = 50 if kind == "io1" else 1000
        if iops is not None and size and iops > ratio * size:
            yield f"The IOPS to GiB ratio must be at most {ratio}."
    if kind in ("gp2", "standard") and (iops or throughput):
        yield f"You can't specify IOPS or storage throughput for storage type {kind}."
    if kind == "gp3" and (iops or throughput) and size < 400:
        yield (
            f"You can't specify IOPS or storage throughput for engine {engine} and a storage size "
            "less than 400."
        )
    if kind == "gp3" and size >= 400:
        if iops and not 12000 <= iops <= 64000:
            yield f"IOPS for gp3 storage must be between 12000 and 64000: {iops}"
        if throughput and not 500 <= throughput <= 4000:
            yield f"Storage throughput must be between 500 and 4000 MiB/s: {throughput}"


@rule("rds", DB, "InvalidParameterCombination", f"{RDS_GUIDE}/USER_Monitoring.OS.Enabling.html")
def enhanced_monitoring(call):
    p = call.parameters
    interval, role = p.get("MonitoringInterval"), p.get("MonitoringRoleArn")
    if interval is not None and interval not in (0, 1, 5, 10, 15, 30, 60):
        yield Refusal("InvalidParameterValue", f"{interval} is not a valid monitoring interval.")
    known = role or (
        call.name != CREATE_DB and getattr(database(call), "monitoring_role_arn", None)
    )
    if interval and not known:
        yield (
            "A MonitoringRoleARN value is required if you specify a MonitoringInterval value other "
            "than 0."
        )
    if role and not interval and (interval == 0 or call.name == CREATE_DB):
        yield (
            "You must specify a MonitoringInterval value other than 0 when you specify a "
            "MonitoringRoleARN value."
        )
    if role and not re.fullmatch(r"arn:aws[a-z-]*:iam::\d{12}:role/.+", role):
        yield Refusal("InvalidParameterValue", f"Invalid MonitoringRoleARN: {role}")


@rule("rds", DB, "InvalidParameterCombination", f"{RDS_GUIDE}/USER_PerfInsights.Overview.cost.html")
def performance_insights(call):
    p = call.parameters
    days = p.get("PerformanceInsightsRetentionPeriod")
    if days is not None and days not in (7, 731) and not (days % 31 == 0 and 1 <= days // 31 <= 23):
        if days != 465:
            yield Refusal(
                "InvalidParameterValue",
                f"Invalid Performance Insights retention period: {days}. Valid values are 7, 731 "
                "and month * 31, where month is from 1 to 23.",
            )
    enabled = p.get("EnablePerformanceInsights")
    if enabled is None and call.name != CREATE_DB:
        enabled = getattr(database(call), "performance_insights_enabled", None)
    # The provider repeats the two when it switches Performance Insights off, which RDS lets pass.
    switched_off = call.name != CREATE_DB and p.get("EnablePerformanceInsights") is False
    for name in ("PerformanceInsightsRetentionPeriod", "PerformanceInsightsKMSKeyId"):
        if p.get(name) and not enabled and not switched_off:
            yield f"{name} is only valid when EnablePerformanceInsights is set."
    if p.get("DatabaseInsightsMode") == "advanced" and (not enabled or (days or 7) < 465):
        yield (
            "The advanced mode of Database Insights requires Performance Insights with a retention "
            "of at least 465 days."
        )


DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEK = 7 * 24 * 60


def minutes(text: str) -> int | None:
    match = re.fullmatch(r"(\d\d):(\d\d)", text)
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        return None
    return int(match[1]) * 60 + int(match[2])


def backup_window(text: str | None) -> tuple[int, int] | None:
    """Start, in minutes after midnight, and length."""
    ends = [minutes(end) for end in (text or "").split("-")]
    if len(ends) != 2 or None in ends:
        return None
    return ends[0], (ends[1] - ends[0]) % (24 * 60)


def weekly_window(text: str | None) -> tuple[int, int] | None:
    """Start, in minutes after the week's, and length."""
    match = re.fullmatch(r"(\w{3}):(\d\d:\d\d)-(\w{3}):(\d\d:\d\d)", (text or "").lower())
    if match is None or match[1] not in DAYS or match[3] not in DAYS:
        return None
    times = minutes(match[2]), minutes(match[4])
    if None in times:
        return None
    start = DAYS.index(match[1]) * 24 * 60 + times[0]
    end = DAYS.index(match[3]) * 24 * 60 + times[1]
    return start, (end - start) % WEEK


@rule(
    "rds",
    DB,
    "InvalidParameterValue",
    f"{RDS_GUIDE}/USER_WorkingWithAutomatedBackups.BackupWindow.html",
)
def windows(call):
    """Windows may adjoin; moto refuses that."""
    p = call.parameters
    before = database(call) if call.name != CREATE_DB else None
    backup_text = p.get("PreferredBackupWindow")
    week_text = p.get("PreferredMaintenanceWindow")
    if backup_text is None and week_text is None:
        return
    backup_text = backup_text or getattr(before, "preferred_backup_window", None)
    week_text = week_text or getattr(before, "preferred_maintenance_window", None)
    backup, week = backup_window(backup_text), weekly_window(week_text)
    if backup_text and backup is None:
        yield (
            f"Invalid backup window format: {backup_text}. Should be specified as a range "
            "hh24:mi-hh24:mi (24H Clock UTC). Example: 01:00-01:30"
        )
    if week_text and week is None:
        yield (
            f"Invalid maintenance window format: {week_text}. Should be specified as a range "
            "ddd:hh24:mi-ddd:hh24:mi (24H Clock UTC). Example: Sun:23:45-Mon:00:15"
        )
    if backup and backup[1] < 30:
        yield "The backup window must be at least 30 minutes."
    if week and week[1] < 30:
        yield "The maintenance window must be at least 30 minutes."
    if week and week[1] > 24 * 60:
        yield "Maintenance window must be less than 24 hours."
    retention = p.get("BackupRetentionPeriod")
    if backup and week and retention != 0:
        for day in range(7):
            start = day * 24 * 60 + backup[0]
            if (week[0] - start) % WEEK < backup[1] or (start - week[0]) % WEEK < week[1]:
                yield "The backup window and maintenance window must not overlap."


ENGINES = (
    "aurora-mysql aurora-postgresql custom-oracle-ee custom-oracle-ee-cdb custom-oracle-se2 "
    "custom-oracle-se2-cdb custom-sqlserver-dev custom-sqlserver-ee custom-sqlserver-se "
    "custom-sqlserver-web db2-ae db2-se mariadb mysql oracle-ee oracle-ee-cdb oracle-se2 "
    "oracle-se2-cdb postgres sqlserver-dev-ee sqlserver-ee sqlserver-ex sqlserver-se "
    "sqlserver-web"
).split()
LOG_EXPORTS = {
    "postgres": ("postgresql", "upgrade", "iam-db-auth-error", "instance"),
    "mysql": ("audit", "error", "general", "slowquery", "iam-db-auth-error", "instance"),
    "mariadb": ("audit", "error", "general", "slowquery", "iam-db-auth-error", "instance"),
}
for operations, member, wrong in (
    (CREATE_DB, "Engine", one_of(ENGINES, "Invalid DB engine: it")),
    (
        DB,
        "DBInstanceClass",
        matches(r"db\.[a-z0-9-]+\.[a-z0-9.]+", "Invalid DB Instance class: {}"),
    ),
    (DB, "BackupRetentionPeriod", between(0, 35, "Invalid backup retention period: it")),
    (CREATE_DB, "Port", between(1150, 65535, "Invalid database port: it")),
    ("ModifyDBInstance", "DBPortNumber", between(1150, 65535, "Invalid database port: it")),
    (DB, "PromotionTier", between(0, 15, "PromotionTier")),
    (
        "CreateDBSubnetGroup",
        "DBSubnetGroupName",
        matches(
            r"(?!default$)[A-Za-z][A-Za-z0-9_. -]{0,254}",
            "The parameter DBSubnetGroupName is not a valid identifier: {}",
        ),
    ),
    (
        "CreateDBParameterGroup",
        "DBParameterGroupName",
        matches(
            r"[A-Za-z](?!.*--)[A-Za-z0-9-]{0,254}(?<!-)",
            "The parameter DBParameterGroupName is not a valid identifier: {}",
        ),
    ),
    (
        "CreateDBParameterGroup",
        "DBParameterGroupFamily",
        matches(
            r"(aurora-mysql|aurora-postgresql|mariadb|mysql|postgres|oracle-[a-z0-9-]+|"
            r"sqlserver-[a-z]+|db2-[a-z]+|custom-[a-z0-9-]+?)-?\d+(\.\d+)?",
            "ParameterGroupFamily {} is not a valid parameter group family",
        ),
    ),
):
    value_rule("rds", operations, member, "InvalidParameterValue", CREATE_DB_API, wrong)

value_rule(
    "rds",
    DB,
    "CACertificateIdentifier",
    "CertificateNotFound",
    f"{RDS_GUIDE}/UsingWithRDS.SSL.html",
    matches(r"rds-ca-(2019|rsa2048-g1|rsa4096-g1|ecc384-g1)", "CertificateNotFound: {}"),
)


@rule("rds", DB, "InvalidParameterCombination", CREATE_DB_API)
def instance_combinations(call):
    p = call.parameters
    engine = engine_of(call)
    before = database(call) if call.name != CREATE_DB else None
    if p.get("MultiAZ") and p.get("AvailabilityZone"):
        yield "Requesting a specific availability zone is not valid for Multi-AZ instances."
    if p.get("KmsKeyId") and not p.get("StorageEncrypted") and call.name == CREATE_DB:
        yield "You can't specify a KMS key for an instance whose storage is not encrypted."
    exports = list(p.get("EnableCloudwatchLogsExports") or [])
    exports += values(p, "CloudwatchLogsExportConfiguration.EnableLogTypes[]")
    allowed = LOG_EXPORTS.get(engine)
    for kind in exports:
        if allowed and kind not in allowed:
            yield (
                f"You cannot use the log types '{kind}' with engine version {engine}. For "
                "supported log types, see the documentation."
            )
    version = p.get("EngineVersion") or (getattr(before, "engine_version", "") if before else "")
    if engine == "postgres" and p.get("EngineVersion"):
        major = re.match(r"(\d+)(\.\d+)*$", version)
        if major is None or not 9 <= int(major[1]) <= 18:
            yield f"Cannot find version {version} for postgres"
    group = state(call, "rds").db_parameter_groups.get(p.get("DBParameterGroupName") or "")
    if group is not None and engine == "postgres" and version:
        family = f"postgres{version.split('.')[0]}"
        if group.family.startswith("postgres") and group.family != family:
            yield (
                f"The parameter group {group.name} with DBParameterGroupFamily {group.family} "
                "can't be used for this instance. Please use a parameter group with "
                f"DBParameterGroupFamily {family}"
            )
    license_model = p.get("LicenseModel")
    if engine == "postgres" and license_model not in (None, "postgresql-license"):
        yield f"Invalid license model '{license_model}' for engine 'postgres'."


@rule("rds", CREATE_DB, "InvalidParameterValue", CREATE_DB_API)
def database_name(call):
    p = call.parameters
    name, engine = p.get("DBName"), p.get("Engine") or ""
    if name is None:
        return
    if engine == "postgres":
        ok = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,62}", name)
        ok = ok and name.lower() not in SQL_WORDS
    elif engine in ("mysql", "mariadb"):
        ok = re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,63}", name)
    else:
        return
    if not ok:
        yield "DBName must begin with a letter and contain only alphanumeric characters."


@rule(
    "rds", "DeleteDBInstance", "InvalidParameterCombination", f"{RDS_API}/API_DeleteDBInstance.html"
)
def final_snapshot(call):
    p = call.parameters
    skip, name = p.get("SkipFinalSnapshot"), p.get("FinalDBSnapshotIdentifier")
    instance = database(call)
    if instance is None or getattr(instance, "replication", None):
        return
    if not skip and not name:
        yield "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified."
    if skip and name:
        yield "FinalDBSnapshotIdentifier can not be specified when deleting with SkipFinalSnapshot."


@rule(
    "rds",
    "CreateDBSubnetGroup ModifyDBSubnetGroup",
    "DBSubnetGroupDoesNotCoverEnoughAZs",
    f"{RDS_GUIDE}/USER_VPC.WorkingWithRDSInstanceinaVPC.html",
)
def subnet_group_zones(call):
    subnets = call.parameters.get("SubnetIds") or []
    zones = subnet_zones(call, subnets)
    if len(zones) == len(subnets) and len(set(zones)) < 2:
        yield (
            "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Current "
            f"AZ coverage: {', '.join(sorted(set(zones)))}. Add subnets to cover at least 2 AZs."
        )


# Parameters of PostgreSQL that a restart applies: {RDS_GUIDE}/Appendix.PostgreSQL.CommonDBATasks.
# Parameters.html
STATIC_PARAMETERS = {
    "huge_pages",
    "max_connections",
    "max_locks_per_transaction",
    "max_prepared_transactions",
    "max_replication_slots",
    "max_wal_senders",
    "max_worker_processes",
    "shared_buffers",
    "shared_preload_libraries",
    "track_activity_query_size",
    "wal_buffers",
}


@rule(
    "rds",
    "ModifyDBParameterGroup",
    "InvalidParameterCombination",
    f"{RDS_API}/API_ModifyDBParameterGroup.html",
)
def parameters(call):
    p = call.parameters
    given = p.get("Parameters") or []
    if len(given) > 20:
        yield Refusal("InvalidParameterValue", "A request can modify at most 20 parameters.")
    if not given:
        yield Refusal("InvalidParameterValue", "At least one parameter must be specified.")
    group = state(call, "rds").db_parameter_groups.get(p.get("DBParameterGroupName") or "")
    postgres = group is not None and group.family.startswith("postgres")
    for parameter in given:
        name = parameter.get("ParameterName")
        if not name or parameter.get("ParameterValue") is None or not parameter.get("ApplyMethod"):
            yield Refusal(
                "InvalidParameterValue",
                "The parameters ParameterName, ParameterValue and ApplyMethod must be provided.",
            )
        if postgres and parameter["ApplyMethod"] == "immediate" and name in STATIC_PARAMETERS:
            yield f"cannot use immediate apply method for static parameter: {name}"
        if parameter["ApplyMethod"] not in ("immediate", "pending-reboot"):
            yield Refusal(
                "InvalidParameterValue", f"Invalid apply method: {parameter['ApplyMethod']}"
            )


@rule(
    "rds",
    "CreateDBInstanceReadReplica",
    "InvalidDBInstanceState",
    f"{RDS_GUIDE}/USER_ReadRepl.html",
)
def replica_source(call):
    name = call.parameters.get("SourceDBInstanceIdentifier") or ""
    source = state(call, "rds").databases.get(name.split(":")[-1].lower())
    if source is not None and int(source.backup_retention_period or 0) == 0:
        yield (
            "Automated backups are not enabled for this database instance. To enable automated "
            "backups, use ModifyDBInstance to set the backup retention period to a non-zero value."
        )


# --- EC2: networks -------------------------------------------------------------------------------

GROUP_RULES = (
    "AuthorizeSecurityGroupIngress AuthorizeSecurityGroupEgress ModifySecurityGroupRules "
    "UpdateSecurityGroupRuleDescriptionsIngress UpdateSecurityGroupRuleDescriptionsEgress"
)
GROUP_TEXT = r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{0,255}"


@rule(
    "ec2", "CreateSecurityGroup", "InvalidParameterValue", f"{EC2_API}/API_CreateSecurityGroup.html"
)
def security_group(call):
    p = call.parameters
    name, description = p.get("GroupName") or "", p.get("Description") or ""
    if not name:
        yield Refusal("MissingParameter", "The request must contain the parameter groupName")
    wrong = f"Value ({name}) for parameter GroupName is invalid."
    if name.lower().startswith("sg-"):
        yield f"{wrong} Group names may not be in the format sg-*."
    if name.lower() == "default":
        yield f"Cannot use reserved security group name: {name}"
    if not re.fullmatch(GROUP_TEXT, name):
        yield f"{wrong} Character sets beyond ASCII are not supported."
    if not description:
        yield Refusal("MissingParameter", "The request must contain the parameter GroupDescription")
    if not re.fullmatch(GROUP_TEXT, description):
        yield (
            "Invalid security group description. Valid descriptions are strings less than 256 "
            "characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"
        )


PROTOCOLS = ("tcp", "udp", "icmp", "icmpv6", "all")


@rule("ec2", GROUP_RULES, "InvalidParameterValue", f"{EC2_API}/API_IpPermission.html")
def security_group_rules(call):
    p = call.parameters
    permissions = list(p.get("IpPermissions") or [])
    permissions += values(p, "SecurityGroupRules[].SecurityGroupRule")
    if p.get("IpProtocol"):
        permissions.append(p)
    for permission in permissions:
        protocol = str(permission.get("IpProtocol") or "").lower()
        numeric = re.fullmatch(r"-1|\d+", protocol)
        if protocol and protocol not in PROTOCOLS and not (numeric and int(protocol) <= 255):
            yield f"Invalid value '{protocol}' for IP protocol. Unknown protocol."
        low, high = permission.get("FromPort"), permission.get("ToPort")
        if protocol in ("tcp", "udp", "6", "17"):
            if low is None or high is None:
                yield (
                    f"Invalid value 'Must specify both from and to ports with {protocol.upper()}.'"
                )
            for port in (low, high):
                if not 0 <= port <= 65535:
                    yield f"Invalid value '{port}' for portRange. Must be from 0 to 65535."
            if low > high:
                yield f"Invalid {protocol.upper()} port range: {low} is above {high}."
        for member in ("IpRanges", "Ipv6Ranges", "UserIdGroupPairs", "PrefixListIds"):
            for item in permission.get(member) or []:
                text = item.get("Description")
                if text is not None and not re.fullmatch(GROUP_TEXT, text):
                    yield (
                        "Invalid rule description. Valid descriptions are strings less than 256 "
                        "characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"
                    )
        cidrs = list(values(permission, "IpRanges[].CidrIp"))
        cidrs += values(permission, "Ipv6Ranges[].CidrIpv6")
        cidrs += aslist(permission.get("CidrIp")) + aslist(permission.get("CidrIpv4"))
        for cidr in cidrs:
            if not is_network(cidr):
                yield f"CIDR block {cidr} is malformed"
        if same := duplicates(cidrs):
            yield Refusal(
                "InvalidParameterValue", f"The same permission must not appear twice: {same[0]}"
            )


@rule("ec2", "CreateVpc", "InvalidVpc.Range", f"{EC2_API}/API_CreateVpc.html")
def vpc_range(call):
    cidr = call.parameters.get("CidrBlock")
    if cidr is None:
        if not call.parameters.get("Ipv4IpamPoolId"):
            yield Refusal("MissingParameter", "The request must contain the parameter cidrBlock")
        return
    if not is_network(cidr) or ":" in cidr:
        yield Refusal(
            "InvalidParameterValue",
            f"Value ({cidr}) for parameter cidrBlock is invalid. This is not a valid CIDR block.",
        )
    if not 16 <= ipaddress.ip_network(cidr, strict=False).prefixlen <= 28:
        yield f"The CIDR '{cidr}' is invalid."


@rule("ec2", "CreateSubnet", "InvalidSubnet.Range", f"{VPC_GUIDE}/subnet-sizing.html")
def subnet_range(call):
    cidr = call.parameters.get("CidrBlock")
    if cidr is None:
        return
    if not is_network(cidr) or ":" in cidr:
        yield Refusal(
            "InvalidParameterValue",
            f"Value ({cidr}) for parameter cidrBlock is invalid. This is not a valid CIDR block.",
        )
    if not 16 <= ipaddress.ip_network(cidr, strict=False).prefixlen <= 28:
        yield f"The CIDR '{cidr}' is invalid."


@rule("ec2", "CreateNatGateway", "MissingParameter", f"{EC2_API}/API_CreateNatGateway.html")
def nat_gateway(call):
    p = call.parameters
    private = p.get("ConnectivityType") == "private"
    regional = p.get("AvailabilityMode") == "regional"
    if not private and not regional and not p.get("AllocationId"):
        yield "The request must contain the parameter AllocationId"
    if not regional and not p.get("SubnetId"):
        yield "The request must contain the parameter SubnetId"
    if private and p.get("AllocationId"):
        yield Refusal(
            "InvalidParameterCombination",
            "AllocationId cannot be specified when connectivity type is private",
        )


@rule("ec2", "CreateRoute", "MissingParameter", f"{EC2_API}/API_CreateRoute.html")
def route(call):
    p = call.parameters
    targets = [
        name
        for name in (
            "CarrierGatewayId",
            "CoreNetworkArn",
            "EgressOnlyInternetGatewayId",
            "GatewayId",
            "InstanceId",
            "LocalGatewayId",
            "NatGatewayId",
            "NetworkInterfaceId",
            "TransitGatewayId",
            "VpcEndpointId",
            "VpcPeeringConnectionId",
        )
        if p.get(name)
    ]
    if not targets:
        yield "The request must contain exactly one target of the route, such as gatewayId"
    if len(targets) > 1:
        yield Refusal(
            "InvalidParameterCombination",
            f"A route has one target; the request has {' and '.join(targets)}",
        )
    destinations = [
        p.get(name)
        for name in ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")
        if p.get(name)
    ]
    if not destinations:
        yield "The request must contain the parameter destinationCidrBlock"
    cidr = p.get("DestinationCidrBlock")
    if cidr and not is_network(cidr):
        yield Refusal(
            "InvalidParameterValue",
            f"Value ({cidr}) for parameter destinationCidrBlock is invalid. This is not a valid "
            "CIDR block.",
        )


@rule(
    "ec2",
    "CreateVpcEndpoint",
    "InvalidParameter",
    f"{VPC_GUIDE}/../privatelink/create-interface-endpoint.html",
)
def vpc_endpoint(call):
    p = call.parameters
    service = p.get("ServiceName") or ""
    if service and not re.fullmatch(r"(com|cn\.com|aws)\.[A-Za-z0-9.\-]+", service):
        yield Refusal("InvalidServiceName", f"The Vpc Endpoint Service '{service}' does not exist")
    if service.startswith("com.amazonaws.") and service.split(".")[2] != call.region:
        if re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d", service.split(".")[2]) and not p.get(
            "ServiceRegion"
        ):
            yield Refusal(
                "InvalidServiceName", f"The Vpc Endpoint Service '{service}' does not exist"
            )
    if p.get("VpcEndpointType", "Gateway") == "Interface":
        zones = subnet_zones(call, p.get("SubnetIds") or [])
        if duplicates(zones):
            yield Refusal(
                "DuplicateSubnetsInSameZone",
                f"Found another VPC endpoint subnet in the availability zone of {zones[0]}.",
            )
        vpc = state(call, "ec2").vpcs.get(p.get("VpcId"))
        if p.get("PrivateDnsEnabled") and vpc is not None:
            if not all(
                str(getattr(vpc, name)).lower() == "true"
                for name in ("enable_dns_support", "enable_dns_hostnames")
            ):
                yield (
                    "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames "
                    f"VPC attributes set to true for {p['VpcId']}"
                )


value_rule(
    "ec2",
    "CreateFlowLogs",
    "MaxAggregationInterval",
    "InvalidParameter",
    f"{EC2_API}/API_CreateFlowLogs.html",
    one_of((60, 600), "MaxAggregationInterval"),
)


@rule("ec2", "CreateTags", "InvalidParameterValue", f"{EC2_API}/API_CreateTags.html")
def tag_resources(call):
    if not call.parameters.get("Resources"):
        yield Refusal("MissingParameter", "The request must contain the parameter resourceIdSet")
    if not call.parameters.get("Tags"):
        yield Refusal("MissingParameter", "The request must contain the parameter tagSet")


# --- CloudWatch and Logs -------------------------------------------------------------------------

ALARM = "PutMetricAlarm"
ALARM_API = f"{CLOUDWATCH_API}/API_PutMetricAlarm.html"


@rule("cloudwatch", ALARM, "ValidationError", ALARM_API)
def alarm(call):
    p = call.parameters
    period, count = p.get("Period"), p.get("EvaluationPeriods")
    if period is not None and period not in (10, 20, 30) and (period <= 0 or period % 60):
        yield "Period must be 10, 20, 30 or a multiple of 60."
    if period and count:
        if period >= 3600 and period * count > 604_800:
            yield (
                "Metrics cannot be checked across more than a week (EvaluationPeriods * Period "
                "must be <= 604800) for alarms using period >= 3600"
            )
        if period < 3600 and period * count > 86_400:
            yield (
                "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must "
                "be <= 86400)."
            )
    if p.get("DatapointsToAlarm") and count and p["DatapointsToAlarm"] > count:
        yield "DatapointsToAlarm must be less than or equal to EvaluationPeriods."
    if p.get("Metrics"):
        for name in ("MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period"):
            if p.get(name) is not None:
                yield f"{name} must not be specified together with Metrics."
        returned = [m for m in p["Metrics"] if m.get("ReturnData", True)]
        if len(returned) != 1:
            yield "Exactly one element of the metrics list should return data."
        for metric in p["Metrics"]:
            if bool(metric.get("Expression")) == bool(metric.get("MetricStat")):
                yield "Each metric must have either an Expression or a MetricStat."
        if twice := duplicates(m.get("Id") for m in p["Metrics"]):
            yield f"The ids of metrics must be unique: {twice[0]}"
        for name in values(p, "Metrics[].Id"):
            if not re.fullmatch(r"[a-z][a-zA-Z0-9_]*", name):
                yield f"The id of a metric must begin with a lower-case letter: {name}"
    else:
        for name in ("MetricName", "Namespace", "Period"):
            if p.get(name) is None:
                yield f"The parameter {name} is required."
        if bool(p.get("Statistic")) == bool(p.get("ExtendedStatistic")):
            yield "Exactly one of Statistic and ExtendedStatistic must be specified."
    anomaly = "Threshold" in str(p.get("ComparisonOperator")) and p.get("ThresholdMetricId")
    if p.get("Threshold") is None and not anomaly:
        yield "Exactly one of threshold and threshold metric id should be specified."
    treat = p.get("TreatMissingData")
    if treat not in (None, "breaching", "notBreaching", "ignore", "missing"):
        yield f"TreatMissingData must be breaching, notBreaching, ignore or missing: {treat}"
    extended = p.get("ExtendedStatistic")
    if extended and not re.fullmatch(
        r"(p|tm|tc|ts|wm)(\d{1,2}(\.\d{1,10})?|100)|IQM|(TM|TC|TS|WM|PR)\([0-9.:%]+\)", extended
    ):
        yield f"Invalid ExtendedStatistic: {extended}"
    for name in ("AlarmActions", "OKActions", "InsufficientDataActions"):
        actions = p.get(name) or []
        for arn in actions:
            if not re.fullmatch(r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:[a-z0-9-]*:.+", arn):
                yield f"Invalid arn syntax: {arn}"
        if len(actions) > 5:
            yield f"{name} can have at most 5 items."
        if duplicates(actions):
            yield f"{name} must not name an action twice."
    if twice := duplicates(dimension.get("Name") for dimension in p.get("Dimensions") or []):
        yield f"Duplicate dimension: {twice[0]}"


@rule(
    "cloudwatch",
    "PutCompositeAlarm",
    "ValidationError",
    f"{CLOUDWATCH_API}/API_PutCompositeAlarm.html",
)
def composite_alarm(call):
    text = call.parameters.get("AlarmRule") or ""
    rest = re.sub(
        r"(ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(\"[^\"]*\"|'[^']*'|[^()\s]+)\s*\)", "X", text
    )
    rest = re.sub(r"\b(TRUE|FALSE)\b", "X", rest)
    rest = re.sub(r"AT_LEAST\s*\([^()]*\)", "X", rest)
    if not re.fullmatch(r"(X|AND|OR|NOT|[()\s])+", rest) or rest.count("(") != rest.count(")"):
        yield f"AlarmRule is not valid: {text[:200]}"


@rule(
    "cloudwatch",
    "PutDashboard",
    "InvalidParameterInput",
    f"{CLOUDWATCH_API}/CloudWatch-Dashboard-Body-Structure.html",
)
def dashboard(call):
    p = call.parameters
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,255}", p.get("DashboardName") or ""):
        yield Refusal(
            "InvalidParameterValue",
            "The value for field DashboardName contains invalid characters. It can only contain "
            "alphanumerics, dash (-) and underscore (_).",
        )
    body = json_object(p.get("DashboardBody"))
    if body is None:
        yield "The field DashboardBody must be a valid JSON object"
    widgets = body.get("widgets")
    if not isinstance(widgets, list):
        yield "The dashboard body must have a list of widgets: Should have property 'widgets'"
    if len(widgets) > 500:
        yield "A dashboard can have at most 500 widgets."
    for index, widget in enumerate(widgets):
        kind = widget.get("type") if isinstance(widget, dict) else None
        if kind not in ("metric", "text", "log", "alarm", "explorer", "custom"):
            yield f"/widgets/{index}/type: Should be one of the allowed types, and is {kind}"
        for name, least, most in (("x", 0, 23), ("width", 1, 24), ("height", 1, 1000)):
            value = widget.get(name)
            if value is not None and not (isinstance(value, int) and least <= value <= most):
                yield f"/widgets/{index}/{name}: Should be from {least} to {most}"
        if not isinstance(widget.get("properties"), dict):
            yield f"/widgets/{index}: Should have property 'properties'"
        if kind == "text" and "markdown" not in widget["properties"]:
            yield f"/widgets/{index}/properties: Should have property 'markdown'"
        if kind == "metric" and not ({"metrics", "annotations"} & set(widget["properties"])):
            yield f"/widgets/{index}/properties: Should have property 'metrics'"


RETENTION = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
)  # fmt: skip


@rule(
    "logs",
    "PutRetentionPolicy",
    "InvalidParameterException",
    f"{API}/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html",
)
def log_retention(call):
    days = call.parameters.get("retentionInDays")
    if days not in RETENTION:
        allowed = ", ".join(map(str, RETENTION))
        yield (
            f"1 validation error detected: Value '{days}' at 'retentionInDays' failed to satisfy "
            f"constraint: Member must satisfy enum value set: [{allowed}]"
        )


@rule(
    "logs",
    "CreateLogGroup",
    "InvalidParameterException",
    f"{API}/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html",
)
def log_group(call):
    p = call.parameters
    if (p.get("logGroupName") or "").startswith("aws/"):
        yield "Log groups starting with AWS/ are reserved for AWS."
    key = p.get("kmsKeyId")
    if key and not re.fullmatch(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:(key|alias)/.+", key):
        yield f"Invalid KMS key ARN: {key}"


# --- Secrets, parameters, keys -------------------------------------------------------------------

SECRETS_API = f"{API}/secretsmanager/latest/apireference"


@rule(
    "secretsmanager", "CreateSecret", "ValidationException", f"{SECRETS_API}/API_CreateSecret.html"
)
def secret_name(call):
    if not re.fullmatch(r"[A-Za-z0-9/_+=.@!-]{1,512}", call.parameters.get("Name") or ""):
        yield (
            "Invalid name. Must be a valid name containing alphanumeric characters, or any of the "
            "following: -/_+=.@!"
        )


@rule(
    "secretsmanager",
    "CreateSecret UpdateSecret PutSecretValue",
    "InvalidParameterException",
    f"{SECRETS_API}/API_CreateSecret.html",
)
def secret_values(call):
    p = call.parameters
    if p.get("SecretString") is not None and p.get("SecretBinary") is not None:
        yield (
            "You can't specify both a binary secret value and a string secret value in the same "
            "secret."
        )
    regions = list(values(p, "AddReplicaRegions[].Region"))
    if call.region in regions or duplicates(regions):
        yield "Invalid replica region."


@rule(
    "secretsmanager",
    "DeleteSecret",
    "InvalidParameterException",
    f"{SECRETS_API}/API_DeleteSecret.html",
)
def recovery_window(call):
    p = call.parameters
    days, force = p.get("RecoveryWindowInDays"), p.get("ForceDeleteWithoutRecovery")
    if days is not None and force:
        yield ("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.")
    if days is not None and not 7 <= days <= 30:
        yield "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive)."


@rule(
    "secretsmanager",
    "PutResourcePolicy",
    "MalformedPolicyDocumentException",
    f"{SECRETS_API}/API_PutResourcePolicy.html",
)
def secret_policy(call):
    yield from policy_faults(call.parameters.get("ResourcePolicy"), principal=True)


value_rule(
    "kms",
    "ScheduleKeyDeletion",
    "PendingWindowInDays",
    "ValidationException",
    f"{API}/kms/latest/APIReference/API_ScheduleKeyDeletion.html",
    between(7, 30, "PendingWindowInDays"),
)


@rule(
    "kms",
    "CreateKey PutKeyPolicy",
    "MalformedPolicyDocumentException",
    f"{API}/kms/latest/developerguide/key-policy-default.html",
)
def key_policy(call):
    p = call.parameters
    text = p.get("Policy")
    if text is None:
        return
    yield from policy_faults(text, principal=True)
    if p.get("BypassPolicyLockoutSafetyCheck"):
        return
    allowed = False
    for statement in aslist(json_object(text).get("Statement")):
        granted = [str(action).lower() for action in aslist(statement.get("Action"))]
        if statement.get("Effect") == "Allow" and "NotAction" not in statement:
            allowed |= any(
                re.fullmatch(action.replace("*", ".*"), "kms:putkeypolicy") for action in granted
            )
        else:
            allowed |= statement.get("Effect") == "Allow"
    if not allowed:
        yield "The new key policy will not allow you to update the key policy in the future."


@rule(
    "kms",
    "CreateAlias UpdateAlias",
    "ValidationException",
    f"{API}/kms/latest/APIReference/API_CreateAlias.html",
)
def key_alias(call):
    name = call.parameters.get("AliasName") or ""
    if not name.startswith("alias/"):
        yield 'Alias must start with the prefix "alias/".'
    if name.startswith("alias/aws/"):
        yield Refusal("NotAuthorizedException", "Aliases that begin with alias/aws/ are reserved.")


@rule(
    "ssm",
    "PutParameter",
    "ValidationException",
    f"{API}/systems-manager/latest/APIReference/API_PutParameter.html",
)
def ssm_parameter(call):
    p = call.parameters
    name, value = p.get("Name") or "", p.get("Value") or ""
    if not re.fullmatch(r"[A-Za-z0-9_.\-/]+", name):
        yield (
            "Invalid parameter name. Please use correct syntax for referencing a version/label "
            " <name>:<version/label>: only a-zA-Z0-9_.-/ are allowed"
        )
    if reserved := re.match(r"/?(aws|ssm)", name, re.IGNORECASE):
        yield f'Parameter name: can\'t be prefixed with "{reserved[1].lower()}" (case-insensitive).'
    if "/" in name and not name.startswith("/"):
        yield "Parameter name must be a fully qualified name: it must begin with a slash."
    if name.count("/") > 15:
        yield Refusal(
            "HierarchyLevelLimitExceededException",
            "Hierarchy can have a maximum of 15 levels.",
        )
    limit = 8192 if p.get("Tier") in ("Advanced", "Intelligent-Tiering") else 4096
    if len(value.encode()) > limit:
        yield f"Standard tier parameters support a maximum parameter value of {limit} characters."
    pattern = p.get("AllowedPattern")
    if pattern and not re.search(pattern, value):
        yield Refusal(
            "ParameterPatternMismatchException",
            f"Parameter value, cannot be validated against allowedPattern: {pattern}",
        )


# --- IAM -----------------------------------------------------------------------------------------

ELEMENTS = {
    "Action",
    "Condition",
    "Effect",
    "NotAction",
    "NotPrincipal",
    "NotResource",
    "Principal",
    "Resource",
    "Sid",
}


def policy_faults(text: Any, principal: bool, resource: bool = True) -> Iterator[str]:
    """What is wrong with a policy document.

    principal: whether its statements name principals, as those of resources and trust policies do
    resource: whether they may name resources, as those of trust policies may not
    """
    document = json_object(text)
    if document is None:
        yield "This policy contains invalid Json"
        return
    if document.get("Version") not in (None, "2012-10-17", "2008-10-17"):
        yield "The policy must contain a valid version string"
    if "Statement" not in document:
        yield "Missing required field Statement"
        return
    if not aslist(document["Statement"]):
        yield "Could not parse the policy: Statement is empty!"
    if unknown := set(document) - {"Version", "Statement", "Id"}:
        yield f"Syntax errors in policy: unknown element {sorted(unknown)[0]}."
    sids = []
    for statement in aslist(document["Statement"]):
        if not isinstance(statement, dict):
            yield "Syntax errors in policy."
            return
        sids += aslist(statement.get("Sid") or None)
        if unknown := set(statement) - ELEMENTS:
            yield f"Syntax errors in policy: unknown element {sorted(unknown)[0]}."
        if statement.get("Effect") not in ("Allow", "Deny"):
            yield f"Invalid effect: {statement.get('Effect')}"
        if ("Action" in statement) == ("NotAction" in statement):
            yield "Policy statement must contain actions."
        for action in aslist(statement.get("Action")) + aslist(statement.get("NotAction")):
            if action != "*" and not re.fullmatch(r"[a-zA-Z0-9-]+:[a-zA-Z0-9*?]+", str(action)):
                yield (
                    "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, "
                    f"etc.: {action}"
                )
        principals = "Principal" in statement or "NotPrincipal" in statement
        if principal and not principals:
            yield "Missing required field Principal"
        if not principal and principals:
            yield "Policy document should not specify a principal."
        if not resource and ("Resource" in statement or "NotResource" in statement):
            yield "Has prohibited field Resource"
        if not principal and ("Resource" in statement) == ("NotResource" in statement):
            yield "Policy statement must contain resources."
        for item in aslist(statement.get("Resource")) + aslist(statement.get("NotResource")):
            if item != "*" and not re.match(r"arn:|\*|\$\{", str(item)):
                yield f'Resource {item} must be in ARN format or "*".'
        given = statement.get("Principal")
        if given is not None:
            if given != "*" and not isinstance(given, dict):
                yield f"Invalid principal in policy: {given}"
            elif isinstance(given, dict):
                if set(given) - {"AWS", "Service", "Federated", "CanonicalUser"} or not given:
                    yield f"Invalid principal in policy: {json.dumps(given)}"
                for service in aslist(given.get("Service")):
                    if not re.fullmatch(
                        r"[a-z0-9-]+(\.[a-z0-9-]+)*\.(amazonaws\.com(\.cn)?|aws\.internal|aws|amazon\.com)",
                        service,
                    ):
                        yield f'Invalid principal in policy: "SERVICE":"{service}"'
                for account in aslist(given.get("AWS")):
                    if not re.fullmatch(
                        r"\*|\d{12}|arn:aws[a-z-]*:(iam|sts)::(\d{12}|cloudfront):.+|A[A-Z0-9]{15,}",
                        str(account),
                    ):
                        yield f'Invalid principal in policy: "AWS":"{account}"'
        condition = statement.get("Condition")
        if condition is not None and not (
            isinstance(condition, dict) and all(isinstance(c, dict) for c in condition.values())
        ):
            yield "Syntax errors in policy: Condition."
        for operator in condition or {}:
            if not re.fullmatch(CONDITION_OPERATORS, operator):
                yield f"Invalid Condition type : {operator}."
    if twice := duplicates(sids):
        yield f"Statement IDs (SID) in a single policy must be unique: {twice[0]}"


SERVICE_PRINCIPAL = (
    r"[a-z0-9-]+(\.[a-z0-9-]+)*\.(amazonaws\.com(\.cn)?|aws\.internal|aws|amazon\.com)"
)
CONDITION_OPERATORS = (
    r"(ForAllValues:|ForAnyValue:)?(String(Not)?(Equals(IgnoreCase)?|Like)|"
    r"Numeric(Not)?Equals|Numeric(LessThan|GreaterThan)(Equals)?|"
    r"Date(Not)?Equals|Date(LessThan|GreaterThan)(Equals)?|Bool|BinaryEquals|"
    r"(Not)?IpAddress|Arn(Not)?(Equals|Like))(IfExists)?|Null"
)
POLICY_ELEMENTS = f"{IAM_GUIDE}/reference_policies_elements.html"


@rule("iam", "CreateRole UpdateAssumeRolePolicy", "MalformedPolicyDocument", POLICY_ELEMENTS)
def trust_policy(call):
    p = call.parameters
    text = p.get("AssumeRolePolicyDocument") or p.get("PolicyDocument")
    yield from policy_faults(text, principal=True, resource=False)
    for statement in aslist(json_object(text)["Statement"]):
        for action in aslist(statement.get("Action")):
            if not str(action).lower().startswith("sts:"):
                yield "AssumeRole policy may only specify STS AssumeRole actions."


@rule(
    "iam",
    "CreatePolicy CreatePolicyVersion PutRolePolicy PutUserPolicy PutGroupPolicy",
    "MalformedPolicyDocument",
    POLICY_ELEMENTS,
)
def identity_policy(call):
    text = call.parameters.get("PolicyDocument")
    yield from policy_faults(text, principal=False)
    # Characters without white space: https://docs.aws.amazon.com/IAM/latest/UserGuide/
    # reference_iam-quotas.html
    limit = 6144 if call.name.startswith("CreatePolicy") else 10240
    if len(re.sub(r"\s", "", text)) > limit:
        yield Refusal("LimitExceeded", f"Cannot exceed quota for PolicySize: {limit}")


@rule("iam", "AttachRolePolicy", "LimitExceeded", f"{IAM_GUIDE}/reference_iam-quotas.html")
def attached_policies(call):
    p = call.parameters
    role = next((r for r in state(call, "iam").roles.values() if r.name == p.get("RoleName")), None)
    if role is None:
        return
    attached = set(role.managed_policies)
    if p.get("PolicyArn") not in attached and len(attached) >= 10:
        yield "Cannot exceed quota for PoliciesPerRole: 10"


@rule(
    "iam",
    "CreateOpenIDConnectProvider",
    "ValidationError",
    f"{API}/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html",
)
def oidc_provider(call):
    p = call.parameters
    url = p.get("Url") or ""
    if not re.fullmatch(r"https://[^\s?#]+", url):
        yield "Invalid Open ID Connect Provider URL"
    for thumbprint in p.get("ThumbprintList") or []:
        if not re.fullmatch(r"[0-9a-fA-F]{40}", thumbprint):
            yield f"Thumbprint must be 40 hexadecimal characters: {thumbprint}"


# --- ECR -----------------------------------------------------------------------------------------

ECR_API = f"{API}/AmazonECR/latest/APIReference"


@rule(
    "ecr",
    "SetRepositoryPolicy PutRegistryPolicy",
    "InvalidParameterException",
    f"{ECR_API}/API_SetRepositoryPolicy.html",
)
def repository_policy(call):
    p = call.parameters
    for fault in policy_faults(p.get("policyText"), principal=True):
        yield f"Invalid parameter at 'PolicyText' failed to satisfy constraint: '{fault}'"


@rule(
    "ecr",
    "PutLifecyclePolicy",
    "InvalidParameterException",
    f"{API}/AmazonECR/latest/userguide/lifecycle_policy_parameters.html",
)
def lifecycle_policy(call):
    invalid = (
        "Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: 'Lifecycle "
        "policy validation failure: "
    )
    document = json_object(call.parameters.get("lifecyclePolicyText"))
    if document is None:
        yield f"{invalid}string is not a JSON object'"
    rules = document.get("rules")
    if not isinstance(rules, list) or not rules:
        yield f'{invalid}object has missing required properties (["rules"])\''
    priorities = [rule.get("rulePriority") for rule in rules]
    if not all(isinstance(priority, int) and priority >= 1 for priority in priorities):
        yield f"{invalid}rulePriority must be an integer of 1 or more'"
    if duplicates(priorities):
        yield f"{invalid}rulePriority must be unique'"
    last_untagged = last_any = 0
    for item in rules:
        selection = item.get("selection") or {}
        status = selection.get("tagStatus")
        if status not in ("tagged", "untagged", "any"):
            yield f"{invalid}tagStatus must be tagged, untagged or any'"
        listed = selection.get("tagPrefixList") or selection.get("tagPatternList")
        if status == "tagged" and not listed:
            yield f"{invalid}tagged requires tagPrefixList or tagPatternList'"
        if status != "tagged" and listed:
            yield f"{invalid}{status} must not have tagPrefixList or tagPatternList'"
        kind, number = selection.get("countType"), selection.get("countNumber")
        if kind not in (
            "imageCountMoreThan",
            "sinceImagePushed",
            "sinceImagePulled",
            "sinceImageTransitioned",
        ):
            yield f"{invalid}countType is not valid: {kind}'"
        if not isinstance(number, int) or number < 1:
            yield f"{invalid}countNumber must be an integer of 1 or more'"
        if kind == "sinceImagePushed" and selection.get("countUnit") != "days":
            yield f"{invalid}sinceImagePushed requires the countUnit days'"
        if kind == "imageCountMoreThan" and "countUnit" in selection:
            yield f"{invalid}imageCountMoreThan must not have a countUnit'"
        if (item.get("action") or {}).get("type") not in ("expire", "transition"):
            yield f"{invalid}action type must be expire'"
        last_any += status == "any"
        last_untagged += status == "untagged"
        if status == "any" and item["rulePriority"] != max(priorities):
            yield f"{invalid}a rule with tagStatus any must have the highest rulePriority'"
    if last_any > 1:
        yield f"{invalid}only one rule can have tagStatus any'"


@rule(
    "ecr",
    "PutReplicationConfiguration",
    "InvalidParameterException",
    f"{ECR_API}/API_PutReplicationConfiguration.html",
)
def replication(call):
    for item in values(call.parameters, "replicationConfiguration.rules[]"):
        for target in item.get("destinations") or []:
            if target.get("region") == call.region and target.get("registryId") == call.account:
                yield (
                    "Invalid parameter at 'replicationConfiguration' failed to satisfy constraint: "
                    "'Replication destination cannot be the same as the source registry'"
                )


@rule(
    "ecr",
    "PutImage",
    "ImageTagAlreadyExistsException",
    f"{API}/AmazonECR/latest/userguide/image-tag-mutability.html",
)
def immutable_tag(call):
    p = call.parameters
    repository = state(call, "ecr").repositories.get(p.get("repositoryName"))
    tag = p.get("imageTag")
    if repository is None or not tag or repository.image_tag_mutability != "IMMUTABLE":
        return
    for image in repository.images:
        if tag in image.image_tags:
            yield (
                f"The image tag '{tag}' already exists in the '{repository.name}' repository and "
                "cannot be overwritten because the repository is immutable."
            )


# --- EFS -----------------------------------------------------------------------------------------


@rule(
    "efs", "CreateFileSystem UpdateFileSystem", "BadRequest", f"{EFS_API}/API_CreateFileSystem.html"
)
def file_system(call):
    p = call.parameters
    mode, given = p.get("ThroughputMode"), p.get("ProvisionedThroughputInMibps")
    if mode == "provisioned" and given is None:
        yield "You must specify a ProvisionedThroughputInMibps value with provisioned throughput."
    if given is not None and mode not in ("provisioned", None):
        yield "ProvisionedThroughputInMibps is only valid with ThroughputMode provisioned."
    if given is not None and mode is None and call.name == "CreateFileSystem":
        yield "ProvisionedThroughputInMibps is only valid with ThroughputMode provisioned."
    if p.get("PerformanceMode") == "maxIO" and (mode == "elastic" or p.get("AvailabilityZoneName")):
        yield "maxIO performance mode is not supported with elastic throughput or One Zone storage."
    if p.get("KmsKeyId") and not p.get("Encrypted"):
        yield "KmsKeyId is only valid when the file system is encrypted."


@rule("efs", "PutLifecycleConfiguration", "BadRequest", f"{EFS_API}/API_LifecyclePolicy.html")
def efs_lifecycle(call):
    kinds = []
    for policy in call.parameters.get("LifecyclePolicies") or []:
        if len(policy) != 1:
            yield "Each lifecycle policy must have exactly one transition."
        kinds += policy
    if twice := duplicates(kinds):
        yield f"There can be only one lifecycle policy with {twice[0]}."


@rule(
    "efs",
    "PutFileSystemPolicy",
    "InvalidPolicyException",
    f"{EFS_API}/API_PutFileSystemPolicy.html",
)
def file_system_policy(call):
    for fault in policy_faults(call.parameters.get("Policy"), principal=True):
        yield f"The policy is not valid: {fault}"


@rule(
    "efs",
    "CreateMountTarget",
    "SecurityGroupLimitExceeded",
    f"{EFS_API}/API_CreateMountTarget.html",
)
def mount_target(call):
    if len(call.parameters.get("SecurityGroups") or []) > 5:
        yield "A mount target can have at most five security groups."


# --- S3 ------------------------------------------------------------------------------------------


@rule("s3", "CreateBucket", "InvalidBucketName", f"{S3_GUIDE}/bucketnamingrules.html")
def bucket_name(call):
    name = call.parameters.get("Bucket") or ""
    valid = re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", name)
    if (
        not valid
        or ".." in name
        or re.fullmatch(r"\d+\.\d+\.\d+\.\d+", name)
        or name.startswith(("xn--", "sthree-", "amzn-s3-demo-"))
        or name.endswith(("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"))
    ):
        yield "The specified bucket is not valid."


@rule("s3", "PutBucketPolicy", "MalformedPolicy", f"{S3_API}/API_PutBucketPolicy.html")
def bucket_policy(call):
    text = call.parameters.get("Policy")
    if isinstance(text, bytes):
        text = text.decode()
    if json_object(text) is None:
        yield "Policies must be valid JSON and the first byte must be '{'"
    yield from policy_faults(text, principal=True)
    bucket = call.parameters.get("Bucket")
    for statement in aslist(json_object(text)["Statement"]):
        if "Resource" not in statement and "NotResource" not in statement:
            yield "Missing required field Resource"
        for item in aslist(statement.get("Resource")):
            if not re.fullmatch(rf"arn:aws[a-z-]*:s3:::{re.escape(bucket)}(/.*)?", item):
                yield "Policy has invalid resource"
        for action in aslist(statement.get("Action")):
            if action != "*" and not action.lower().startswith(("s3:", "s3-object-lambda:")):
                yield "Policy has invalid action"


@rule(
    "s3",
    "PutBucketEncryption",
    "InvalidArgument",
    f"{S3_API}/API_ServerSideEncryptionByDefault.html",
)
def bucket_encryption(call):
    for item in values(
        call.parameters,
        "ServerSideEncryptionConfiguration.Rules[].ApplyServerSideEncryptionByDefault",
    ):
        if item.get("KMSMasterKeyID") and not str(item.get("SSEAlgorithm")).startswith("aws:kms"):
            yield (
                "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or "
                "aws:kms:dsse"
            )


@rule(
    "s3",
    "PutBucketLifecycleConfiguration",
    "InvalidArgument",
    f"{S3_GUIDE}/intro-lifecycle-rules.html",
)
def bucket_lifecycle(call):
    rules = list(values(call.parameters, "LifecycleConfiguration.Rules[]"))
    if not rules:
        yield Refusal(
            "MalformedXML",
            "The XML you provided was not well-formed or did not validate against our published "
            "schema",
        )
    if len(rules) > 1000:
        yield "A lifecycle configuration can have up to 1000 rules."
    if duplicates(rule["ID"] for rule in rules if rule.get("ID")):
        yield "Rule ID must be unique. Found same ID for more than one rule"
    for item in rules:
        if len(item.get("ID") or "") > 255:
            yield "ID length should not exceed allowed limit of 255"
        days = []
        for transition in item.get("Transitions") or []:
            if transition.get("Days") is not None:
                days.append(transition["Days"])
                if transition["Days"] < 0:
                    yield "'Days' in Transition action must be nonnegative"
                if transition.get("StorageClass") in ("STANDARD_IA", "ONEZONE_IA"):
                    if transition["Days"] < 30:
                        yield (
                            "'Days' in Transition action must be greater than or equal to 30 for "
                            f"storageClass '{transition['StorageClass']}'"
                        )
        expiry = (item.get("Expiration") or {}).get("Days")
        if expiry is not None:
            if expiry <= 0:
                yield "'Days' for Expiration action must be a positive integer"
            if days and expiry <= max(days):
                yield (
                    "'Days' in the Expiration action for filter must be greater than 'Days' in the "
                    "Transition action"
                )
        for path in (
            "NoncurrentVersionExpiration.NoncurrentDays",
            "AbortIncompleteMultipartUpload.DaysAfterInitiation",
        ):
            for value in values(item, path):
                if value <= 0:
                    yield f"'{path.split('.')[1]}' must be a positive integer"
        actions = set(item) & {
            "AbortIncompleteMultipartUpload",
            "Expiration",
            "NoncurrentVersionExpiration",
            "NoncurrentVersionTransitions",
            "Transitions",
        }
        if not actions:
            yield Refusal("InvalidRequest", "At least one action needs to be specified in a rule")


@rule("s3", "PutBucketReplication", "InvalidRequest", f"{S3_GUIDE}/replication-requirements.html")
def bucket_replication(call):
    bucket = state(call, "s3").buckets.get(call.parameters.get("Bucket"))
    if bucket is not None and bucket.versioning_status != "Enabled":
        yield "Versioning must be 'Enabled' on the bucket to apply a replication configuration"


@rule(
    "s3", "PutBucketLogging", "InvalidTargetBucketForLogging", f"{S3_API}/API_PutBucketLogging.html"
)
def bucket_logging(call):
    for name in values(call.parameters, "BucketLoggingStatus.LoggingEnabled.TargetBucket"):
        if name not in state(call, "s3").buckets:
            yield "The target bucket for logging does not exist"


@rule("s3", "PutObject", "KeyTooLongError", f"{S3_GUIDE}/object-keys.html")
def object_key(call):
    if len((call.parameters.get("Key") or "").encode()) > 1024:
        yield "Your key is too long"


@rule(
    "s3", "PutBucketAcl", "AccessControlListNotSupported", f"{S3_GUIDE}/about-object-ownership.html"
)
def bucket_acl(call):
    """New buckets have ACLs disabled since April 2023."""
    p = call.parameters
    bucket = state(call, "s3").buckets.get(p.get("Bucket"))
    if bucket is None or p.get("ACL") in (None, "private", "bucket-owner-full-control"):
        return
    ownership = getattr(bucket, "ownership_rule", None)
    text = json.dumps(ownership, default=str) if ownership else "BucketOwnerEnforced"
    if "BucketOwnerEnforced" in text:
        yield "The bucket does not allow ACLs"


# --- SNS -----------------------------------------------------------------------------------------

SNS_API = f"{API}/sns/latest/api"


@rule("sns", "CreateTopic", "InvalidParameter", f"{SNS_API}/API_CreateTopic.html")
def topic(call):
    p = call.parameters
    name = p.get("Name") or ""
    fifo = str((p.get("Attributes") or {}).get("FifoTopic")).lower() == "true"
    pattern = r"[A-Za-z0-9_-]{1,251}\.fifo" if fifo else r"[A-Za-z0-9_-]{1,256}"
    if not re.fullmatch(pattern, name):
        yield "Invalid parameter: Topic Name"
    policy = (p.get("Attributes") or {}).get("Policy")
    if policy:
        for fault in policy_faults(policy, principal=True):
            yield f"Invalid parameter: Policy Error: {fault}"


@rule("sns", "SetTopicAttributes", "InvalidParameter", f"{SNS_API}/API_SetTopicAttributes.html")
def topic_attributes(call):
    p = call.parameters
    name, value = p.get("AttributeName"), p.get("AttributeValue")
    known = (
        r"ArchivePolicy|ContentBasedDeduplication|DataProtectionPolicy|DeliveryPolicy|DisplayName|"
        r"FifoThroughputScope|KmsMasterKeyId|Policy|SignatureVersion|TracingConfig|"
        r"(Application|Firehose|HTTP|Lambda|SQS)"
        r"(Success|Failure)Feedback(RoleArn|SampleRate)"
    )
    if not re.fullmatch(known, name or ""):
        yield "Invalid parameter: AttributeName"
    if name == "Policy" and value:
        for fault in policy_faults(value, principal=True):
            yield f"Invalid parameter: Policy Error: {fault}"
    if name == "DeliveryPolicy" and value and json_object(value) is None:
        yield "Invalid parameter: DeliveryPolicy: failed to parse JSON."
    if name == "DisplayName" and len(value or "") > 100:
        yield "Invalid parameter: Display Name"


@rule("sns", "Subscribe", "InvalidParameter", f"{SNS_API}/API_Subscribe.html")
def subscription(call):
    p = call.parameters
    protocol, endpoint = p.get("Protocol"), p.get("Endpoint") or ""
    shapes = {
        "application": r"arn:.+",
        "email": r"[^@\s]+@[^@\s]+",
        "email-json": r"[^@\s]+@[^@\s]+",
        "firehose": r"arn:aws[a-z-]*:firehose:.+",
        "http": r"http://.+",
        "https": r"https://.+",
        "lambda": r"arn:aws[a-z-]*:lambda:.+",
        "sms": r"\+?[0-9().\- ]+",
        "sqs": r"arn:aws[a-z-]*:sqs:.+",
    }
    if protocol not in shapes:
        yield f"Invalid parameter: Amazon SNS does not support this protocol string: {protocol}"
    if not re.fullmatch(shapes[protocol], endpoint):
        yield f"Invalid parameter: Invalid {protocol} endpoint: {endpoint}"


# --- Application Auto Scaling --------------------------------------------------------------------


@rule(
    "application-autoscaling",
    "RegisterScalableTarget",
    "ValidationException",
    f"{SCALING_API}/API_RegisterScalableTarget.html",
)
def scalable_target(call):
    p = call.parameters
    least, most = p.get("MinCapacity"), p.get("MaxCapacity")
    before = scalable_target_of(call)
    if before is None:
        for name in ("MinCapacity", "MaxCapacity"):
            if p.get(name) is None:
                yield "MinCapacity and MaxCapacity must be specified for a new scalable target"
    for name, value in (("Minimum", least), ("Maximum", most)):
        if value is not None and value < 0:
            yield f"{name} capacity must not be negative: {value}"
    least = getattr(before, "min_capacity", 0) if least is None else least
    most = getattr(before, "max_capacity", least) if most is None else most
    if least > most:
        yield "Maximum capacity cannot be less than minimum capacity"
    yield from scaling_identity(p)


def scalable_target_of(call: AwsRequest):
    """The target that a request names, if it was registered."""
    p = call.parameters
    targets = state(call, "application-autoscaling").targets
    return targets.get(p.get("ScalableDimension"), {}).get(p.get("ResourceId"))


def scaling_identity(p: dict) -> Iterator[str]:
    namespace, dimension = p.get("ServiceNamespace"), p.get("ScalableDimension") or ""
    if not dimension.startswith(f"{namespace}:"):
        yield f"Scalable dimension {dimension} does not belong to the namespace {namespace}"
    # AWS takes a cluster's ARN in the place of its name: such targets exist, and never scale.
    shapes = {"ecs": r"service/(arn:[^/]+/)?[^/]+/[^/]+", "dynamodb": r"table/[^/]+(/index/[^/]+)?"}
    if namespace in shapes and not re.fullmatch(shapes[namespace], p.get("ResourceId") or ""):
        yield (
            "Unsupported service namespace, resource type or scalable dimension: "
            f"{p.get('ResourceId')}"
        )


@rule(
    "application-autoscaling",
    "PutScalingPolicy",
    "ValidationException",
    f"{SCALING_API}/API_TargetTrackingScalingPolicyConfiguration.html",
)
def scaling_policy(call):
    p = call.parameters
    yield from scaling_identity(p)
    if scalable_target_of(call) is None:
        yield Refusal(
            "ObjectNotFoundException",
            f"No scalable target registered for service namespace: {p.get('ServiceNamespace')}, "
            f"resource ID: {p.get('ResourceId')}, scalable dimension: {p.get('ScalableDimension')}",
        )
    tracking = p.get("TargetTrackingScalingPolicyConfiguration")
    steps = p.get("StepScalingPolicyConfiguration")
    kind = p.get("PolicyType") or ("TargetTrackingScaling" if tracking else "StepScaling")
    if kind == "TargetTrackingScaling" and tracking is None:
        yield "TargetTrackingScalingPolicyConfiguration must be specified for TargetTrackingScaling"
    if kind == "StepScaling" and steps is None and call.name == "PutScalingPolicy":
        yield "StepScalingPolicyConfiguration must be specified for StepScaling"
    if tracking and steps:
        yield "Only one scaling policy configuration can be specified"
    if tracking:
        predefined = tracking.get("PredefinedMetricSpecification")
        if bool(predefined) == bool(tracking.get("CustomizedMetricSpecification")):
            yield "Exactly one of the predefined and the customized metric must be specified"
        target = tracking.get("TargetValue")
        if target is not None and target <= 0:
            yield f"TargetValue must be positive: {target}"
        for name in ("ScaleInCooldown", "ScaleOutCooldown"):
            if (tracking.get(name) or 0) < 0:
                yield f"{name} must not be negative"
        if predefined:
            metric = predefined.get("PredefinedMetricType") or ""
            fits = metric.startswith("ECS") or metric == "ALBRequestCountPerTarget"
            if p.get("ServiceNamespace") == "ecs" and not fits:
                yield f"Predefined metric {metric} cannot be used with the namespace ecs"
            if p.get("ServiceNamespace") != "ecs" and metric.startswith("ECS"):
                yield f"Predefined metric {metric} is only for the namespace ecs"
            label = predefined.get("ResourceLabel")
            if metric == "ALBRequestCountPerTarget":
                if not re.fullmatch(r"app/[^/]+/[^/]+/targetgroup/[^/]+/[^/]+", label or ""):
                    yield (
                        "The resource label must be of the form app/NAME/ID/targetgroup/NAME/ID: "
                        f"{label}"
                    )
            elif label:
                yield f"A resource label is not valid with the metric {metric}"
    for step in values(p, "StepScalingPolicyConfiguration.StepAdjustments[]"):
        low, high = step.get("MetricIntervalLowerBound"), step.get("MetricIntervalUpperBound")
        if low is None and high is None and len(steps["StepAdjustments"]) > 1:
            yield "Only one step adjustment can have no bounds"
        if low is not None and high is not None and low >= high:
            yield "The lower bound of a step must be below its upper bound"
    if steps is not None and not steps.get("StepAdjustments"):
        yield "StepScalingPolicyConfiguration must have a step adjustment"


SCHEDULE = (
    r"at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\)|rate\((1 (minute|hour|day)|"
    r"([2-9]|[1-9]\d+) (minutes|hours|days))\)|cron\((\S+\s+){5}\S+\)"
)


def schedule_fault(text: str) -> bool:
    if not re.fullmatch(SCHEDULE, text):
        return True
    if not text.startswith("cron("):
        return False
    fields = text[5:-1].split()
    limits = ((0, 59), (0, 23), (1, 31), (1, 12), (1, 7), (1970, 2199))
    for field, (least, most) in zip(fields, limits):
        if not re.fullmatch(r"[0-9A-Za-z*?/,#LW-]+", field):
            return True
        for number in re.findall(r"(?<![/#\d])\d+", field):
            if not least <= int(number) <= most:
                return True
    # One of the day of the month and the day of the week must be a question mark.
    return (fields[2] == "?") == (fields[4] == "?")


@rule(
    "application-autoscaling",
    "PutScheduledAction",
    "ValidationException",
    f"{SCALING_API}/API_PutScheduledAction.html",
)
def scheduled_action(call):
    p = call.parameters
    yield from scaling_identity(p)
    text = p.get("Schedule")
    if text is not None and schedule_fault(text):
        yield f"The schedule expression is not valid: {text}"
    action = p.get("ScalableTargetAction") or {}
    least, most = action.get("MinCapacity"), action.get("MaxCapacity")
    if text and least is None and most is None:
        yield "A scheduled action must set the minimum or the maximum capacity"
    if least is not None and most is not None and least > most:
        yield "Maximum capacity cannot be less than minimum capacity"
    if p.get("StartTime") and p.get("EndTime") and p["StartTime"] >= p["EndTime"]:
        yield "The end time must be after the start time"


# --- WAF -----------------------------------------------------------------------------------------

WEB_ACL = "CreateWebACL UpdateWebACL"


@rule(
    "wafv2",
    f"{WEB_ACL} CreateIPSet CreateRuleGroup CreateRegexPatternSet",
    "WAFInvalidParameterException",
    f"{WAF_API}/API_CreateWebACL.html",
)
def waf_scope(call):
    if call.parameters.get("Scope") == "CLOUDFRONT" and call.region != "us-east-1":
        yield "Error reason: The scope is not valid., field: SCOPE_VALUE, parameter: CLOUDFRONT"


@rule(
    "wafv2",
    f"{WEB_ACL} CreateRuleGroup UpdateRuleGroup",
    "WAFInvalidParameterException",
    f"{WAF_API}/API_Rule.html",
)
def waf_rules(call):
    p = call.parameters
    given = p.get("Rules") or []
    exactly = (
        "Error reason: You have used none or multiple values for a field that requires exactly one "
        "value., field: {}, parameter: {}"
    )
    if twice := duplicates(item.get("Priority") for item in given):
        yield f"Error reason: Rule priorities must be unique., field: RULE, parameter: {twice[0]}"
    if twice := duplicates(item.get("Name") for item in given):
        yield f"Error reason: Rule names must be unique., field: RULE, parameter: {twice[0]}"
    if call.name in WEB_ACL.split() and len(p.get("DefaultAction") or {}) != 1:
        yield exactly.format("DEFAULT_ACTION", "DefaultAction")
    for item in given:
        statement = item.get("Statement") or {}
        grouped = {"ManagedRuleGroupStatement", "RuleGroupReferenceStatement"} & set(statement)
        if ("Action" in item) == ("OverrideAction" in item):
            yield exactly.format("RULE", "Rule")
        if grouped and "Action" in item or not grouped and "OverrideAction" in item:
            yield exactly.format("RULE_ACTION", "RuleAction")
        for name in ("Action", "OverrideAction"):
            if name in item and len(item[name]) != 1:
                yield exactly.format("RULE_ACTION", "RuleAction")
        yield from statement_faults(statement, exactly)


def statement_faults(statement: dict, exactly: str) -> Iterator[str]:
    if len(statement) != 1:
        yield exactly.format("STATEMENT", "Statement")
        return
    kind, body = next(iter(statement.items()))
    if kind in ("AndStatement", "OrStatement"):
        inner = body.get("Statements") or []
        if len(inner) < 2:
            yield (
                "Error reason: You haven't met a minimum requirement for a threshold setting., "
                f"field: {kind}, parameter: {kind}"
            )
        for item in inner:
            yield from statement_faults(item, exactly)
    if kind == "NotStatement" and body.get("Statement"):
        yield from statement_faults(body["Statement"], exactly)
    if kind == "RateBasedStatement":
        if body.get("EvaluationWindowSec") not in (None, 60, 120, 300, 600):
            yield "Error reason: EvaluationWindowSec must be 60, 120, 300 or 600., field: RULE"
        if body.get("AggregateKeyType") == "FORWARDED_IP" and not body.get("ForwardedIPConfig"):
            yield "Error reason: FORWARDED_IP requires ForwardedIPConfig., field: RULE"
        if body.get("ScopeDownStatement"):
            yield from statement_faults(body["ScopeDownStatement"], exactly)
    if isinstance(body, dict) and "FieldToMatch" in body and len(body["FieldToMatch"]) != 1:
        yield exactly.format("FIELD_TO_MATCH", "FieldToMatch")


@rule(
    "wafv2",
    "CreateIPSet UpdateIPSet",
    "WAFInvalidParameterException",
    f"{WAF_API}/API_CreateIPSet.html",
)
def ip_set(call):
    p = call.parameters
    for address in p.get("Addresses") or []:
        version = {"IPV4": 4, "IPV6": 6}.get(p.get("IPAddressVersion"))
        wrong = not is_network(address)
        if not wrong:
            network = ipaddress.ip_network(address, strict=False)
            wrong = network.prefixlen == 0 or version is not None and network.version != version
        if wrong:
            yield (
                "Error reason: The parameter contains formatting that is not valid., field: "
                f"IP_ADDRESS, parameter: {address}"
            )


@rule(
    "wafv2",
    "PutLoggingConfiguration",
    "WAFInvalidParameterException",
    f"{API}/waf/latest/developerguide/logging.html",
)
def waf_logging(call):
    for arn in values(call.parameters, "LoggingConfiguration.LogDestinationConfigs[]"):
        if not re.search(r"[:/]aws-waf-logs-", arn):
            yield (
                "Error reason: The ARN isn't valid. A valid ARN begins with arn: and includes "
                "other information separated by colons or slashes., field: "
                f"LOG_DESTINATION, parameter: {arn}"
            )


# --- DynamoDB ------------------------------------------------------------------------------------

value_rule(
    "dynamodb",
    "CreateTable",
    "TableName",
    "ValidationException",
    f"{API}/amazondynamodb/latest/APIReference/API_CreateTable.html",
    matches(
        r"[a-zA-Z0-9_.-]{3,255}",
        "Invalid table name: it must have 3 to 255 characters of a-z, A-Z, 0-9, '_', '-' and '.'",
    ),
)

# --- ElastiCache ---------------------------------------------------------------------------------


@rule(
    "elasticache",
    "CreateReplicationGroup ModifyReplicationGroup",
    "InvalidParameterValue",
    f"{CACHE_API}/API_CreateReplicationGroup.html",
)
def replication_group(call):
    p = call.parameters
    create = call.name == "CreateReplicationGroup"
    name = p.get("ReplicationGroupId") or ""
    if create and not re.fullmatch(r"[A-Za-z](?!.*--)[A-Za-z0-9-]{0,39}(?<!-)", name):
        yield (
            "The parameter ReplicationGroupIdentifier is not a valid identifier. Identifiers must "
            "begin with a letter; must contain only ASCII letters, digits, and hyphens; and must "
            "not end with a hyphen or contain two consecutive hyphens."
        )
    if create and not (p.get("ReplicationGroupDescription") or "").strip():
        yield "The parameter ReplicationGroupDescription must be provided and must not be blank."
    if p.get("Engine") not in (None, "redis", "valkey"):
        yield f"Invalid engine for a replication group: {p['Engine']}"
    count = p.get("NumCacheClusters")
    replicas = p.get("ReplicasPerNodeGroup")
    groups = p.get("NumNodeGroups")
    if count is not None and not 1 <= count <= 6:
        yield f"NumCacheClusters must be between 1 and 6: {count}"
    if replicas is not None and not 0 <= replicas <= 5:
        yield f"ReplicasPerNodeGroup must be between 0 and 5: {replicas}"
    if count is not None and (replicas is not None or (groups or 1) > 1):
        yield Refusal(
            "InvalidParameterCombination",
            "NumCacheClusters cannot be used with ReplicasPerNodeGroup or several node groups.",
        )
    several = (count or 0) >= 2 or (replicas or 0) >= 1
    if (
        create
        and p.get("AutomaticFailoverEnabled")
        and not several
        and not p.get("NodeGroupConfiguration")
    ):
        if not (groups and groups > 1 and replicas is None):
            yield (
                "When using automatic failover, there must be at least 2 cache clusters in the "
                "replication group."
            )
    if create and p.get("MultiAZEnabled") and not p.get("AutomaticFailoverEnabled"):
        yield Refusal(
            "InvalidParameterCombination", "Multi-AZ requires automatic failover to be enabled."
        )
    token = p.get("AuthToken")
    if token is not None:
        if not re.fullmatch(r"[!-~]{16,128}", token) or re.search(r"[/@\"]", token):
            yield (
                "Invalid AuthToken provided. It must have 16 to 128 printable characters besides "
                "'@', '\"' and '/'."
            )
        if create and not p.get("TransitEncryptionEnabled"):
            yield Refusal(
                "InvalidParameterCombination",
                "AUTH tokens are only supported when encryption-in-transit is enabled.",
            )
    if create and p.get("KmsKeyId") and not p.get("AtRestEncryptionEnabled"):
        yield Refusal(
            "InvalidParameterCombination", "KmsKeyId requires encryption at rest to be enabled."
        )


CACHE = "CreateReplicationGroup ModifyReplicationGroup CreateCacheCluster ModifyCacheCluster"
for operations, member, wrong in (
    (CACHE, "CacheNodeType", matches(r"cache\.[a-z0-9]+\.[a-z0-9]+", "Invalid CacheNodeType: {}")),
    (CACHE, "SnapshotRetentionLimit", between(0, 35, "SnapshotRetentionLimit")),
    (CACHE, "Port", between(1150, 65535, "Port")),
    (
        "CreateCacheCluster",
        "CacheClusterId",
        matches(
            r"[A-Za-z](?!.*--)[A-Za-z0-9-]{0,49}(?<!-)",
            "The parameter CacheClusterIdentifier is not a valid identifier: {}",
        ),
    ),
    (
        "CreateCacheCluster",
        "Engine",
        one_of(("memcached", "redis", "valkey"), "Engine"),
    ),
    (
        "CreateCacheSubnetGroup",
        "CacheSubnetGroupName",
        matches(
            r"(?!default$)[A-Za-z0-9-]{1,255}",
            "The parameter CacheSubnetGroupName is not a valid identifier: {}",
        ),
    ),
    (
        "CreateCacheParameterGroup",
        "CacheParameterGroupFamily",
        matches(
            r"memcached1\.[456]|redis(2\.6|2\.8|3\.2|4\.0|5\.0|6\.x|7)|valkey[789]",
            "CacheParameterGroupFamily {} is not a valid parameter group family.",
        ),
    ),
):
    value_rule(
        "elasticache",
        operations,
        member,
        "InvalidParameterValue",
        f"{CACHE_API}/API_CreateReplicationGroup.html",
        wrong,
    )


@rule("elasticache", CACHE, "InvalidParameterValue", f"{CACHE_API}/API_CreateReplicationGroup.html")
def cache_windows(call):
    p = call.parameters
    week_text, daily_text = p.get("PreferredMaintenanceWindow"), p.get("SnapshotWindow")
    week, daily = weekly_window(week_text), backup_window(daily_text)
    if week_text and (week is None or week[1] < 60):
        yield (
            f"Invalid maintenance window: {week_text}. It must be ddd:hh24:mi-ddd:hh24:mi and "
            "at least 60 minutes."
        )
    if daily_text and (daily is None or daily[1] < 60):
        yield (
            f"Invalid snapshot window: {daily_text}. It must be hh24:mi-hh24:mi and at least 60 "
            "minutes."
        )
    if week and daily:
        for day in range(7):
            start = day * 24 * 60 + daily[0]
            if (week[0] - start) % WEEK < daily[1] or (start - week[0]) % WEEK < week[1]:
                yield "The snapshot window and maintenance window must not overlap."


# --- Backup, Route 53, events, budgets -----------------------------------------------------------

BACKUP_API = f"{API}/aws-backup/latest/devguide"


@rule(
    "backup",
    "CreateBackupPlan UpdateBackupPlan",
    "InvalidParameterValueException",
    f"{BACKUP_API}/API_BackupRule.html",
)
def backup_plan(call):
    rules = list(values(call.parameters, "BackupPlan.Rules[]"))
    if not rules:
        yield "Backup plan must have at least one rule."
    if twice := duplicates(item.get("RuleName") for item in rules):
        yield f"Backup rule names must be unique: {twice[0]}"
    for item in rules:
        text = item.get("ScheduleExpression")
        if text is not None and schedule_fault(text):
            yield f"Invalid schedule expression: {text}"
        start, completion = item.get("StartWindowMinutes"), item.get("CompletionWindowMinutes")
        if start is not None and start < 60:
            yield "StartWindowMinutes must be at least 60."
        if completion is not None and completion < (start or 480) + 60:
            yield "CompletionWindowMinutes must be at least 60 minutes after the start window."
        lifecycles = [item.get("Lifecycle"), *values(item, "CopyActions[].Lifecycle")]
        for lifecycle in filter(None, lifecycles):
            cold, delete = (
                lifecycle.get("MoveToColdStorageAfterDays"),
                lifecycle.get("DeleteAfterDays"),
            )
            if cold is not None and delete is not None and delete < cold + 90:
                yield (
                    "DeleteAfterDays cannot be less than 90 days apart from "
                    "MoveToColdStorageAfterDays"
                )
            for days in (cold, delete):
                if days is not None and days < 1:
                    yield f"Days of a lifecycle must be at least 1: {days}"


@rule(
    "backup",
    "PutBackupVaultLockConfiguration",
    "InvalidParameterValueException",
    f"{BACKUP_API}/API_PutBackupVaultLockConfiguration.html",
)
def vault_lock(call):
    p = call.parameters
    least, most = p.get("MinRetentionDays"), p.get("MaxRetentionDays")
    if least is not None and least < 1:
        yield "MinRetentionDays must be at least 1."
    if most is not None and not 1 <= most <= 36500:
        yield "MaxRetentionDays must be between 1 and 36500."
    if least is not None and most is not None and least > most:
        yield "MinRetentionDays must not exceed MaxRetentionDays."
    if p.get("ChangeableForDays") is not None and p["ChangeableForDays"] < 3:
        yield "ChangeableForDays must be at least 3."


@rule(
    "route53",
    "CreateHostedZone",
    "InvalidDomainName",
    f"{API}/Route53/latest/APIReference/API_CreateHostedZone.html",
)
def hosted_zone(call):
    name = (call.parameters.get("Name") or "").rstrip(".")
    labels = name.split(".")
    if len(name) > 255 or not all(
        re.fullmatch(r"[a-zA-Z0-9_*](?:[a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?", label)
        for label in labels
    ):
        yield f"The domain name {name} is not valid."


@rule(
    "route53",
    "ChangeResourceRecordSets",
    "InvalidChangeBatch",
    f"{API}/Route53/latest/DeveloperGuide/ResourceRecordTypes.html",
)
def record_sets(call):
    p = call.parameters
    zone = state(call, "route53").zones.get((p.get("HostedZoneId") or "").split("/")[-1])
    apex = zone.name.rstrip(".").lower() if zone is not None else None
    for change in values(p, "ChangeBatch.Changes[]"):
        record = change.get("ResourceRecordSet") or {}
        name, kind = (record.get("Name") or "").rstrip(".").lower(), record.get("Type")
        alias, texts = record.get("AliasTarget"), list(values(record, "ResourceRecords[].Value"))
        told = f"[Tried to create resource record set [name='{name}.', type='{kind}']"
        if alias and record.get("TTL") is not None:
            yield Refusal("InvalidInput", "Invalid request: an alias must not have a TTL")
        if (
            not alias
            and (record.get("TTL") is None or not texts)
            and change.get("Action") != "DELETE"
        ):
            yield Refusal(
                "InvalidInput",
                "Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and "
                "ResourceRecords], or TrafficPolicyInstanceId], but found none in Change "
                f"with [Action={change.get('Action')}, Name={name}., Type={kind}]",
            )
        if apex and name != apex and not name.endswith(f".{apex}"):
            yield f"[RRSet with DNS name {name}. is not permitted in zone {apex}.]"
        if kind == "CNAME" and apex and name == apex and change.get("Action") != "DELETE":
            yield (
                f"[RRSet of type CNAME with DNS name {name}. is not permitted at apex in zone "
                f"{apex}.]"
            )
        if kind == "CNAME" and len(texts) > 1:
            yield f"{told} but CNAME must have exactly one value]"
        for text in texts:
            try:
                if kind == "A":
                    ipaddress.IPv4Address(text)
                if kind == "AAAA":
                    ipaddress.IPv6Address(text)
            except ValueError:
                yield (
                    "[Invalid Resource Record: 'FATAL problem: ARRDATAIllegalIPv4Address "
                    f"(Value is not a valid address) encountered with '{text}'']"
                )
            if kind in ("TXT", "SPF") and not re.fullmatch(
                r'\s*"(?:[^"\\]|\\.)*"(\s+"(?:[^"\\]|\\.)*")*\s*', text
            ):
                yield (
                    "[Invalid Resource Record: 'FATAL problem: InvalidCharacterString (Value "
                    f"should be enclosed in quotation marks) encountered with '{text}'']"
                )
            if kind == "MX" and not re.fullmatch(r"\d+\s+\S+", text):
                yield (
                    "[Invalid Resource Record: 'FATAL problem: MXRRDATANotTwoFields (Invalid "
                    f"MX record) encountered with '{text}'']"
                )


EVENTS_API = f"{API}/eventbridge/latest/APIReference"


@rule("events", "PutRule", "ValidationException", f"{EVENTS_API}/API_PutRule.html")
def event_rule(call):
    p = call.parameters
    text, pattern = p.get("ScheduleExpression"), p.get("EventPattern")
    if not text and not pattern:
        yield "Parameter(s) EventPattern or ScheduleExpression must be specified."
    if text and (schedule_fault(text) or text.startswith("at(")):
        yield "Parameter ScheduleExpression is not valid."
    if text and p.get("EventBusName") not in (None, "default"):
        yield "ScheduleExpression is supported only on the default event bus."
    if pattern:
        yield from event_pattern_faults(pattern)


def event_pattern_faults(text: str) -> Iterator[Refusal]:
    code = "InvalidEventPatternException"
    document = json_object(text)
    if document is None:
        yield Refusal(code, "Event pattern is not valid. Reason: Filter is not an object")
        return
    if not document:
        yield Refusal(code, "Event pattern is not valid. Reason: Empty pattern")

    def look(node: dict) -> Iterator[Refusal]:
        for name, value in node.items():
            if isinstance(value, dict):
                yield from look(value)
            elif not isinstance(value, list):
                yield Refusal(
                    code,
                    f'Event pattern is not valid. Reason: "{name}" must be an object or an array',
                )
            elif not value:
                yield Refusal(
                    code, "Event pattern is not valid. Reason: Empty arrays are not allowed"
                )

    yield from look(document)


@rule("events", "PutTargets", "ValidationException", f"{EVENTS_API}/API_PutTargets.html")
def event_targets(call):
    for target in call.parameters.get("Targets") or []:
        given = [n for n in ("Input", "InputPath", "InputTransformer") if target.get(n) is not None]
        if len(given) > 1:
            yield (
                "Only one of Input, InputPath, or InputTransformer must be provided for target "
                f"{target.get('Id')}."
            )
        if target.get("Input") is not None:
            try:
                json.loads(target["Input"])
            except ValueError:
                yield (
                    f"JSON syntax error in input for target {target.get('Id')}: "
                    f"{target['Input'][:80]}"
                )
        if not re.fullmatch(r"arn:.+", target.get("Arn") or ""):
            yield (
                f"Parameter {target.get('Arn')} is not valid. Reason: Provided Arn is not in "
                "correct format."
            )


@rule("ec2", "DeleteSubnet", "DependencyViolation", f"{VPC_GUIDE}/subnet-deleting.html")
def subnet_in_use(call):
    """AWS looks for network interfaces, of which moto makes none for these."""
    subnet = call.parameters.get("SubnetId")
    gateways = state(call, "ec2").nat_gateways.values()
    used = [
        *(one.subnet_id for one in gateways if one.state in ("pending", "available")),
        *(
            id
            for balancer in state(call, "elbv2").load_balancers.values()
            for one in balancer.subnets
            for id in [getattr(one, "id", one)]
        ),
        *(one.subnet_id for one in state(call, "efs").mount_targets_by_id.values()),
        *(
            id
            for service in state(call, "ecs").services.values()
            if service.status == "ACTIVE"
            for id in values(service.network_configuration or {}, "awsvpcConfiguration.subnets[]")
        ),
    ]
    if subnet in used:
        yield f"The subnet '{subnet}' has dependencies and cannot be deleted."


@rule(
    "budgets",
    "CreateBudget UpdateBudget",
    "InvalidParameterException",
    f"{API}/aws-cost-management/latest/APIReference/API_budgets_Budget.html",
)
def budget(call):
    p = call.parameters
    given = p.get("Budget") or p.get("NewBudget") or {}
    limit = given.get("BudgetLimit")
    if limit is None and not given.get("PlannedBudgetLimits") and not given.get("AutoAdjustData"):
        yield "BudgetLimit must be specified."
    if limit is not None:
        try:
            if float(limit.get("Amount")) <= 0:
                yield "Budget limit must be greater than 0."
        except (TypeError, ValueError):
            yield f"Budget limit is not a number: {limit.get('Amount')}"
        if given.get("BudgetType") == "COST" and not re.fullmatch(
            r"[A-Z]{3}", limit.get("Unit") or ""
        ):
            yield f"Unit of a cost budget must be a currency: {limit.get('Unit')}"


@rule(
    "budgets",
    "CreateBudget CreateNotification CreateSubscriber",
    "InvalidParameterException",
    f"{API}/aws-cost-management/latest/APIReference/API_budgets_Subscriber.html",
)
def budget_subscribers(call):
    p = call.parameters
    subscribers = list(values(p, "NotificationsWithSubscribers[].Subscribers[]"))
    subscribers += list(values(p, "Subscribers[]")) + list(values(p, "Subscriber"))
    for subscriber in subscribers:
        address = subscriber.get("Address") or ""
        shape = (
            r"[^@\s]+@[^@\s]+\.[^@\s]+"
            if subscriber.get("SubscriptionType") == "EMAIL"
            else r"arn:aws[a-z-]*:sns:.+"
        )
        if not re.fullmatch(shape, address):
            yield f"Invalid subscriber address: {address}"
    if len(p.get("NotificationsWithSubscribers") or []) > 10:
        yield "A budget can have up to 10 notifications."


def replace_moto_checks() -> None:
    """Turn off the checks of moto's that are stricter than AWS; rules above are held instead."""
    # Windows of a database that adjoin do not overlap.
    moto.rds.models.valid_preferred_maintenance_window = lambda *_: None

    # A deregistration delay may be as long as 3600 s.
    delay = "deregistration_delay.timeout_seconds"
    modify = ELBv2Backend.modify_target_group_attributes

    @wraps(modify)
    def modify_target_group_attributes(self, target_group_arn, attributes):
        if attributes.get(delay) != "3600":
            return modify(self, target_group_arn, attributes)
        others = {key: value for key, value in attributes.items() if key != delay}
        modify(self, target_group_arn, others)
        self.target_groups[target_group_arn].attributes[delay] = "3600"

    ELBv2Backend.modify_target_group_attributes = modify_target_group_attributes
