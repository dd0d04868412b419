"""Tasks of ECS as containers: one network for each task, held by a container that waits."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timezone
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Any

from docker.errors import APIError, DockerException, NotFound
from docker.models.containers import Container as DockerContainer
from docker.types import Ulimit
from moto.core import DEFAULT_ACCOUNT_ID
from moto.ec2.models import ec2_backends
from moto.ecs.models import Task as MotoTask
from moto.ecs.models import TaskDefinition, ecs_backends
from moto.sts.models import sts_backends

from . import events, secrets
from .engine import NO_CHECK, Engine, Failed, quietly, remove
from .logs import END_TIMEOUT, LogFollower
from .volumes import remove_volume, volume_of

if TYPE_CHECKING:
    from .reconciler import Runtime

# Source: stopTimeout of ContainerDefinition in the ECS API reference.
DEFAULT_STOP_TIMEOUT = 30
# The environment variable that names an image's bundle of the authorities of RDS.
CA_BUNDLE = "PGSSLROOTCERT"
ECR = ".dkr.ecr."


class Container:
    """A container of a task: its definition, and what became of it."""

    def __init__(self, definition: dict[str, Any], task: MotoTask) -> None:
        self.definition = definition
        self.name: str = definition["name"]
        self.essential: bool = definition.get("essential", True)
        self.docker: DockerContainer | None = None
        self.log: LogFollower | None = None
        self.status = "PENDING"
        self.exit_code: int | None = None
        self.reason: str | None = None
        self.health = "UNKNOWN"
        self.stop_signal = "SIGTERM"
        self.arn = task.task_arn.replace(":task/", ":container/") + f"/{self.name}"

    def describe(self, task: MotoTask, address: str | None) -> dict[str, Any]:
        """The container as DescribeTasks shows it."""
        described = {
            "containerArn": self.arn,
            "taskArn": task.task_arn,
            "name": self.name,
            "image": self.definition["image"],
            "runtimeId": self.docker.id if self.docker else None,
            "lastStatus": self.status,
            "exitCode": self.exit_code,
            "reason": self.reason,
            "healthStatus": self.health,
            "networkBindings": [],
            "networkInterfaces": [{"privateIpv4Address": address}] if address else [],
        }
        return {name: value for name, value in described.items() if value is not None}


class RunningTask:
    """A task from its start to its end."""

    def __init__(self, runtime: "Runtime", task: MotoTask) -> None:
        self.runtime = runtime
        self.engine: Engine = runtime.engine
        self.task = task
        self.region = task.region_name
        backend = ecs_backends[DEFAULT_ACCOUNT_ID][self.region]
        self.definition: TaskDefinition = backend.describe_task_definition(task.task_definition_arn)
        self.task_role = self._role("taskRoleArn", "task_role_arn")
        self.execution_role = self._role("executionRoleArn", "execution_role_arn")
        overrides = {
            one["name"]: one for one in task.overrides.get("containerOverrides") or [] if "name" in one
        }
        self.containers = [
            Container(overridden(one, overrides.get(one["name"], {})), task)
            for one in self.definition.container_definitions
        ]
        self.holder: DockerContainer | None = None
        self.volumes: dict[str, str] = {}
        # On 127.0.0.1, by the container's port.
        self.ports: dict[int, int] = {}
        self.changed = asyncio.Event()
        self.stopping = False
        task.created_at = now()
        task.availability_zone = f"{self.region}a"
        task.cpu, task.memory = self.definition.cpu, self.definition.memory
        task.connectivity = "CONNECTED"
        self.publish("PROVISIONING")

    @property
    def address(self) -> str | None:
        """The private address of the task's network interface."""
        return self._attached("privateIPv4Address")

    def _attached(self, name: str) -> str | None:
        for attachment in self.task.attachments:
            for detail in attachment["details"]:
                if detail["name"] == name:
                    return detail["value"]
        return None

    def _role(self, override: str, attribute: str) -> str:
        return self.task.overrides.get(override) or getattr(self.definition, attribute, "")

    @property
    def healthy(self) -> bool:
        """Whether it runs and each health check of an essential container passes."""
        return self.task.last_status == "RUNNING" and self._healths() <= {"HEALTHY"}

    @property
    def health(self) -> str:
        """Its health by the checks of its essential containers. Source: healthStatus of Task in the
        ECS API reference."""
        found = self._healths()
        return "UNHEALTHY" if "UNHEALTHY" in found else "HEALTHY" if found == {"HEALTHY"} else "UNKNOWN"

    def _healths(self) -> set[str]:
        return {one.health for one in self.containers if one.essential and one.definition.get("healthCheck")}

    def publish(self, status: str | None = None) -> None:
        """Write what is known of the task into moto."""
        self.task.health_status = self.health
        self.task.containers = [one.describe(self.task, self.address) for one in self.containers]
        if status is not None:
            self.task.last_status = status
            events.task_changed(self.task)
        self.runtime.kick()

    async def run(self) -> None:
        """Start it, wait until it ends or must stop, and remove it."""
        try:
            self.publish("PENDING")
            await self._start()
            self.task.started_at = now()
            self.publish("RUNNING")
            await self._until(self._ended)
            self.stop("EssentialContainerExited", "Essential container in task exited")
        except Failed as failure:
            self.stop("TaskFailedToStart", str(failure))
        except Exception as error:
            print(f"Task {self.task.id} failed: {error!r}", flush=True)
            self.stop("TaskFailedToStart", f"{type(error).__name__}: {error}")
        finally:
            await self._stop()

    def stop(self, code: str, reason: str) -> None:
        """Have it stop; the first reason counts."""
        if not self.stopping:
            self.stopping = True
            self.task.desired_status = "STOPPED"
            self.task.stop_code = code
            self.task.stopped_reason = reason
            self.task.stopping_at = now()
            self.changed.set()

    def _ended(self) -> bool:
        """Whether it must stop, or an essential container has ended."""
        return self.stopping or any(one.essential and one.status == "STOPPED" for one in self.containers)

    async def _until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            await self.changed.wait()
            self.changed.clear()

    # Start

    async def _start(self) -> None:
        for container in self.containers:
            await self._pull(container.definition["image"])
        environments = {
            one.name: await self.engine.call(self._environment, one) for one in self.containers
        }
        first = self.containers[0].definition["image"]
        for volume in self.definition.volumes:
            self.volumes[volume["name"]] = await volume_of(
                self.engine, volume, self.task.id, self.region, first
            )
        await self._hold_network(first)
        for container in by_dependencies(self.containers):
            for dependency in container.definition.get("dependsOn") or []:
                await self._wait_for(container, dependency)
            if self._ended():
                return
            await self._start_container(container, environments[container.name])

    async def _pull(self, image: str) -> None:
        try:
            # An image of ECR is in the engine, or nowhere.
            here = self.engine.client.images.get
            await (self.engine.call(here, image) if ECR in image else self.engine.pull(image))
        except APIError as error:
            missing = f"failed to resolve ref {image}: {image}: not found"
            raise Failed(
                "CannotPullContainerError: pull image manifest has been retried 1 time(s): "
                f"{missing if ECR in image else error.explanation}"
            ) from error

    def _environment(self, container: Container) -> dict[str, str]:
        definition = container.definition
        plain = {one["name"]: one["value"] for one in definition.get("environment") or []}
        hidden = {
            one["name"]: secrets.resolve(one["valueFrom"], self.execution_role, self.task.id, self.region)
            for one in definition.get("secrets") or []
        }
        return {**self._credentials(), **plain, **hidden}

    def _credentials(self) -> dict[str, str]:
        """What an SDK reads to call the embedded AWS as the task role. On AWS it gets the credentials from
        an address that Docker cannot give to the tasks of several clones."""
        if not self.task_role:
            return {}
        sts = sts_backends[DEFAULT_ACCOUNT_ID]["aws"]
        role = sts.assume_role(self.region, self.task.id, self.task_role, "", 43_200, "")
        return {
            "AWS_ACCESS_KEY_ID": role.access_key_id,
            "AWS_SECRET_ACCESS_KEY": role.secret_access_key,
            "AWS_SESSION_TOKEN": role.session_token,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_ENDPOINT_URL": self.runtime.endpoint,
        }

    async def _hold_network(self, image: str) -> None:
        """Start the container that the others share their network with; it publishes their ports."""
        ports = {
            mapping["containerPort"]
            for one in self.containers
            for mapping in one.definition.get("portMappings") or []
        }
        self.holder = await self._create(
            "network",
            image,
            entrypoint=["sleep"],
            command=["infinity"],
            init=True,
            user="65534:65534",
            cap_drop=["ALL"],
            network=self.engine.network,
            ports={f"{port}/tcp": ("127.0.0.1", None) for port in ports},
        )
        await self._begin(self.holder)
        await self.engine.call(self.holder.reload)
        published = self.holder.attrs["NetworkSettings"]["Ports"] or {}
        self.ports = {
            int(port.split("/")[0]): int(bindings[0]["HostPort"])
            for port, bindings in published.items()
            if bindings
        }

    async def _create(self, name: str, image: str, **options: Any) -> DockerContainer:
        names = (self.definition.family, self.task.id[:8], name)
        try:
            return await self.engine.create(image, self.task.id, *names, **options)
        except APIError as error:
            raise Failed(f"CannotCreateContainerError: {error.explanation}") from error

    async def _begin(self, container: DockerContainer) -> None:
        try:
            await self.engine.call(container.start)
        except APIError as error:
            raise Failed(f"CannotStartContainerError: {error.explanation}") from error

    async def _start_container(self, container: Container, environment: dict[str, str]) -> None:
        definition = container.definition
        image = await self.engine.call(self.engine.client.images.get, definition["image"])
        container.stop_signal = image.attrs["Config"].get("StopSignal") or "SIGTERM"
        container.docker = await self._create(
            container.name,
            definition["image"],
            network_mode=f"container:{self.holder.id}",
            environment=environment,
            volumes=self._mounts(container, image.attrs["Config"].get("Env") or []),
            **options_of(definition, self.definition),
        )
        container.log = self._log(container)
        try:
            await self._begin(container.docker)
        except Failed as failure:
            container.reason = str(failure)
            raise
        container.status = "RUNNING"
        if container.log is not None:
            container.log.start()
        # It may have ended before there was anyone to hear of it.
        await self._refresh(container)

    def _mounts(self, container: Container, image_environment: list[str]) -> dict[str, dict[str, str]]:
        mounts = {
            self.volumes[one["sourceVolume"]]: {
                "bind": one["containerPath"],
                "mode": "ro" if one.get("readOnly") else "rw",
            }
            for one in container.definition.get("mountPoints") or []
        }
        bundle = dict(one.split("=", 1) for one in image_environment).get(CA_BUNDLE)
        if bundle and self.runtime.ca_bundle.exists():
            mounts[str(self.runtime.ca_bundle)] = {"bind": bundle, "mode": "ro"}
        return mounts

    def _log(self, container: Container) -> LogFollower | None:
        configuration = container.definition.get("logConfiguration") or {}
        if configuration.get("logDriver") != "awslogs":
            return None
        options = configuration["options"]
        region, group = options.get("awslogs-region", self.region), options["awslogs-group"]
        stream = f"{options.get('awslogs-stream-prefix', 'ecs')}/{container.name}/{self.task.id}"
        arn = f"arn:aws:logs:{region}:{DEFAULT_ACCOUNT_ID}:log-group:{group}:log-stream:{stream}"
        follower = LogFollower(container.docker, region, group, stream)
        failed = (
            "ResourceInitializationError: failed to validate logger args: create stream has been "
            "retried 1 times: failed to create CloudWatch log stream: "
        )
        secrets.require(self.execution_role, self.task.id, "logs:CreateLogStream", arn, failed)
        if group not in follower.backend.groups:
            raise Failed(f"{failed}ResourceNotFoundException: The specified log group does not exist.")
        return follower

    async def _wait_for(self, container: Container, dependency: dict[str, str]) -> None:
        """Wait until a container that another depends on, and that has been started, has the condition."""
        other = next(one for one in self.containers if one.name == dependency["containerName"])
        met = {
            "START": lambda: True,
            "HEALTHY": lambda: other.health == "HEALTHY",
            "COMPLETE": lambda: other.status == "STOPPED",
            "SUCCESS": lambda: other.exit_code == 0,
        }[dependency["condition"]]
        over = self._until(lambda: met() or other.status == "STOPPED" or self._ended())
        try:
            # Without a start timeout ECS waits for ever.
            await asyncio.wait_for(over, other.definition.get("startTimeout"))
        except asyncio.TimeoutError:
            raise Failed(f"Container {container.name} timed out waiting for {other.name}") from None
        if not met() and not self._ended():
            raise Failed("Container dependency failed to complete successfully")

    # Events

    def on_event(self, event: dict[str, Any]) -> None:
        """Look again at the container that an event is about. Without its network the task ends."""
        if self.holder is not None and self.holder.id == event["id"]:
            if event["Action"] == "die":
                self.stop("EssentialContainerExited", "Essential container in task exited")
            return
        for container in self.containers:
            if container.docker and container.docker.id == event["id"]:
                self.runtime.spawn(self._refresh(container))

    def refresh(self) -> None:
        """Look again at every container: events may have been missed."""
        for container in self.containers:
            self.runtime.spawn(self._refresh(container))

    async def _refresh(self, container: Container) -> None:
        """Read the container's state from the engine."""
        if container.docker is None or container.status == "STOPPED":
            return
        try:
            await self.engine.call(container.docker.reload)
            state = container.docker.attrs["State"]
        except NotFound:
            state = {"Status": "exited", "ExitCode": 137}
        except (DockerException, OSError):
            # The engine is away. All is looked at again once it is back.
            return
        if state["Status"] in ("created", "running", "paused"):
            container.health = {"healthy": "HEALTHY", "unhealthy": "UNHEALTHY"}.get(
                (state.get("Health") or {}).get("Status", ""), "UNKNOWN"
            )
        else:
            container.exit_code = state["ExitCode"]
            if state.get("OOMKilled"):
                container.reason = "OutOfMemoryError: Container killed due to memory usage"
            container.status = "STOPPED"
        self.publish()
        self.changed.set()

    # End

    async def _stop(self) -> None:
        """Stop the containers, those first that depend on others, and remove all that the task had."""
        # Before its replacement starts, which may have to wait, or not to start at all.
        self.runtime.services.ending(self)
        if self.task.last_status == "RUNNING":
            self.publish("DEACTIVATING")
            await self.runtime.load_balancers.drained(self)
        self.publish("STOPPING")
        for container in reversed(by_dependencies(self.containers)):
            await self._stop_container(container)
        self.task.execution_stopped_at = now()
        self.publish("DEPROVISIONING")
        for container in [self.holder, *(one.docker for one in self.containers)]:
            if container is not None:
                await self.engine.call(remove, container)
        for volume in self.definition.volumes:
            if "efsVolumeConfiguration" not in volume and volume["name"] in self.volumes:
                await self.engine.call(quietly, remove_volume, self.engine, self.volumes[volume["name"]])
        self._release_interface()
        for container in self.containers:
            container.status = "STOPPED"
        self.task.stopped_at = now()
        self.publish("STOPPED")

    async def _stop_container(self, container: Container) -> None:
        if container.docker is not None and container.status == "RUNNING":
            await self.engine.call(quietly, container.docker.kill, container.stop_signal)
            timeout = container.definition.get("stopTimeout") or DEFAULT_STOP_TIMEOUT
            try:
                await asyncio.wait_for(self._until(lambda: container.status == "STOPPED"), timeout)
            except asyncio.TimeoutError:
                await self.engine.call(quietly, container.docker.kill)
                await self._until(lambda: container.status == "STOPPED")
        if container.log is not None and container.log.thread.is_alive():
            await self.engine.call(container.log.thread.join, END_TIMEOUT)

    def _release_interface(self) -> None:
        interface = self._attached("networkInterfaceId")
        interfaces = ec2_backends[DEFAULT_ACCOUNT_ID][self.region].enis
        if interface in interfaces:
            interfaces.pop(interface)
        for attachment in self.task.attachments:
            attachment["status"] = "DELETED"


def now() -> datetime:
    """The time, as moto writes it into answers."""
    return datetime.now(timezone.utc).replace(tzinfo=None)


def overridden(definition: dict[str, Any], override: dict[str, Any]) -> dict[str, Any]:
    """A container definition with what RunTask overrides."""
    environment = {
        one["name"]: one
        for one in [*(definition.get("environment") or []), *(override.get("environment") or [])]
    }
    command = {"command": override["command"]} if override.get("command") else {}
    return {**definition, **command, "environment": list(environment.values())}


def by_dependencies(containers: list[Container]) -> list[Container]:
    """Containers, each after those that it depends on."""
    named = {one.name: one for one in containers}
    depending = {
        one.name: [other["containerName"] for other in one.definition.get("dependsOn") or []]
        for one in containers
    }
    return [named[name] for name in TopologicalSorter(depending).static_order()]


def options_of(definition: dict[str, Any], task: TaskDefinition) -> dict[str, Any]:
    """Options of the engine for a container definition."""
    linux = definition.get("linuxParameters") or {}
    memory = definition.get("memory") or task.memory
    check = definition.get("healthCheck")
    second = 1_000_000_000
    options = {
        "command": definition.get("command"),
        "entrypoint": definition.get("entryPoint"),
        "user": definition.get("user"),
        "working_dir": definition.get("workingDirectory"),
        "read_only": definition.get("readonlyRootFilesystem", False),
        "init": linux.get("initProcessEnabled", False),
        "cap_drop": (linux.get("capabilities") or {}).get("drop"),
        "cap_add": (linux.get("capabilities") or {}).get("add"),
        "ulimits": [
            Ulimit(name=one["name"], soft=one["softLimit"], hard=one["hardLimit"])
            for one in definition.get("ulimits") or []
        ],
        "mem_limit": f"{memory}m" if memory else None,
        "memswap_limit": f"{memory}m" if memory else None,
        # 1024 units are a vCPU.
        "cpu_shares": definition.get("cpu") or None,
        "nano_cpus": int(task.cpu) * 1_000_000_000 // 1024 if task.cpu else None,
        # ECS does not run the health check of an image. Source: "Determine Amazon ECS task health
        # using container health checks" in the Amazon ECS developer guide.
        "healthcheck": NO_CHECK
        if check is None
        else {
            "test": check["command"],
            "interval": check.get("interval", 30) * second,
            "timeout": check.get("timeout", 5) * second,
            "retries": check.get("retries", 3),
            "start_period": check.get("startPeriod", 0) * second,
        },
    }
    return {name: value for name, value in options.items() if value is not None}
