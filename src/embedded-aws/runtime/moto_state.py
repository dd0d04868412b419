"""What moto does by itself and the runtime does in its place.

Each function changes classes of moto 5.2.1, and only while a runtime is there.
"""

from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult
from moto.ecs.exceptions import InvalidParameterException
from moto.ecs.models import EC2ContainerServiceBackend, Task
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.elbv2.models import ELBv2Backend, FakeHealthStatus, FakeTargetGroup
from moto.moto_api._internal import mock_random
from moto.rds.models import DBInstance, RDSBackend

from extensions import replaces

from . import events
from .services import begin, deploy

if TYPE_CHECKING:
    from .reconciler import Runtime

# Changes of a service that need new tasks. Source: UpdateService in the ECS API reference.
REPLACING = ("network_configuration", "load_balancers", "platform_version", "capacity_provider_strategy")


def install(runtime: "Runtime") -> None:
    """Have moto leave tasks, services, databases and the health of targets to the runtime."""
    tasks(runtime)
    services()
    target_health(runtime)
    execute_command(runtime)
    databases()
    events.install()


def tasks(runtime: "Runtime") -> None:
    """A task's status is what became of it, not how often it was described."""
    Task.advance = lambda self: None

    @replaces(EC2ContainerServiceBackend)
    def run_task(
        run, self, cluster, definition, count, overrides, started_by, tags, launch_type, *rest
    ):
        # A capacity provider strategy in its place is one of Fargate's.
        launch_type = launch_type or "FARGATE"
        started = run(self, cluster, definition, count, overrides, started_by, tags, launch_type, *rest)
        for task in started:
            task.last_status = "PROVISIONING"
            task.containers = []
        return started

    @replaces(EC2ContainerServiceBackend)
    def stop_task(_, self, cluster_str, task_str, reason):
        cluster = self._get_cluster(cluster_str)
        name = task_str.split("/")[-1]
        task = next((one for one in self.tasks.get(cluster.name, {}).values() if one.id == name), None)
        if task is None:
            raise InvalidParameterException("The referenced task was not found.")
        if task.desired_status != "STOPPED":
            task.desired_status, task.stopped_reason = "STOPPED", reason or "Task stopped by user"
            runtime.kick()
        return task

    @replaces(EC2ContainerServiceBackend)
    def list_tasks(list_all, self, cluster, instance, family, started_by, service, desired_status):
        desired_status = desired_status or "RUNNING"
        found = list_all(self, cluster, instance, family, started_by, None, desired_status)
        group = f"service:{service.split('/')[-1]}" if service else None
        return [one for one in found if group in (None, one.group)]


def services() -> None:
    """A service's counts and deployments are what runs."""

    @replaces(EC2ContainerServiceBackend)
    def create_service(create, self, *arguments, **parameters):
        service = create(self, *arguments, **parameters)
        service.running_count = service.pending_count = 0
        service.deployments[0].update(runningCount=0, pendingCount=0)
        begin(service)
        return service

    @replaces(EC2ContainerServiceBackend)
    def update_service(update, self, service_properties):
        name = service_properties["service"].split("/")[-1]
        service = self._get_service(service_properties.get("cluster", "default"), name)
        counts = (service.running_count, service.pending_count)
        deployments = [dict(one) for one in service.deployments]
        before = {one: getattr(service, one, None) for one in ("task_definition", *REPLACING)}
        forced = service_properties.get("force_new_deployment")
        update(self, service_properties)
        service.running_count, service.pending_count = counts
        service.deployments = deployments
        definition = self.describe_task_definition(service.task_definition)
        service.task_definition = definition.arn
        if forced or any(value != getattr(service, one, None) for one, value in before.items()):
            deploy(service, definition.arn, f"ecs-svc/{mock_random.randint(10**18, 10**19 - 1)}")
        return service

    @replaces(EC2ContainerServiceBackend)
    def delete_service(delete, self, *arguments):
        service = delete(self, *arguments)
        # INACTIVE once its tasks are gone.
        service.status = "DRAINING"
        service.desired_count = 0
        return service


def target_health(runtime: "Runtime") -> None:
    """A target is as healthy as its checks say, and is listed while it drains."""

    @replaces(FakeTargetGroup)
    def health_for(unused, self, target, ec2_backend):
        found = runtime.load_balancers.targets.get((self.arn, target["Id"]))
        if found is None:
            return unused(self, target, ec2_backend)
        return FakeHealthStatus(
            found.id, str(found.port), self.health_check_port, found.state, found.reason, found.description
        )

    @replaces(ELBv2Backend)
    def describe_target_health(described, self, target_group_arn, targets):
        if not targets:
            targets = [
                {"Id": one.id, "Port": one.port}
                for (arn, _), one in list(runtime.load_balancers.targets.items())
                if arn == target_group_arn
            ]
        return described(self, target_group_arn, targets)


def execute_command(runtime: "Runtime") -> None:
    """ExecuteCommand, which moto does not have: its session names the container that `docker exec` enters."""

    def execute(self: Any) -> ActionResult:
        cluster = self._get_param("cluster", "default")
        running = runtime.tasks.get(self._get_param("task").split("/")[-1])
        wanted = self._get_param("container")
        found = [one for one in running.containers if wanted in (None, one.name)] if running else []
        if not found or found[0].status != "RUNNING":
            raise InvalidParameterException("The specified task or container is not running.")
        container = found[0]
        return ActionResult(
            {
                "clusterArn": self.ecs_backend._get_cluster(cluster).arn,
                "containerArn": container.arn,
                "containerName": container.name,
                "interactive": True,
                "session": {
                    "sessionId": f"ecs-execute-command-{mock_random.get_random_hex(17)}",
                    "streamUrl": f"docker://{container.docker.id}",
                    "tokenValue": "none",
                },
                "taskArn": running.task.task_arn,
            }
        )

    EC2ContainerServiceResponse.execute_command = execute


def databases() -> None:
    """RebootDBInstance restarts a database; its password is kept, which moto forgets, where no answer shows it."""

    @replaces(RDSBackend)
    def reboot_db_instance(reboot, self, db_instance_identifier):
        instance = reboot(self, db_instance_identifier)
        instance.status = "rebooting"
        return instance

    setting = DBInstance.master_user_password

    def keep(self, value):
        setting.fset(self, value)
        if value:
            self._runtime_password = value

    DBInstance.master_user_password = property(setting.fget, keep)
