"""What moto does by itself and the runtime does in its place.

Each function changes classes of moto 5.2.1, and only while a runtime is there.
"""

from functools import wraps
from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult
from moto.ecs.exceptions import InvalidParameterException
from moto.ecs.models import EC2ContainerServiceBackend, Task
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.elbv2.models import ELBv2Backend, FakeHealthStatus, FakeTargetGroup
from moto.moto_api._internal import mock_random
from moto.rds.models import DBInstance, RDSBackend

from . import events
from .services import begin, deploy

if TYPE_CHECKING:
    from .reconciler import Runtime

# Changes of a service that need new tasks. Source: UpdateService in the ECS API reference.
REPLACING = ("network_configuration", "load_balancers", "platform_version", "capacity_provider_strategy")


def install(runtime: "Runtime") -> None:
    """Have moto leave tasks, services and the health of targets to the runtime."""
    tasks(runtime)
    services()
    target_health(runtime)
    execute_command(runtime)
    reboot(runtime)
    master_password()
    events.install()


def tasks(runtime: "Runtime") -> None:
    """A task's status is what became of it, not how often it was described."""
    Task.advance = lambda self: None
    run = EC2ContainerServiceBackend.run_task

    @wraps(run)
    def run_task(
        self, cluster_str, task_definition_str, count, overrides, started_by, tags, launch_type, *rest
    ):
        # A capacity provider strategy in its place is one of Fargate's.
        started = run(
            self, cluster_str, task_definition_str, count, overrides, started_by, tags,
            launch_type or "FARGATE", *rest,
        )
        for task in started:
            task.last_status = "PROVISIONING"
            task.containers = []
        return started

    @wraps(EC2ContainerServiceBackend.stop_task)
    def stop_task(self, cluster_str, task_str, reason):
        cluster = self._get_cluster(cluster_str)
        name = task_str.split("/")[-1]
        task = next((one for one in self.tasks.get(cluster.name, {}).values() if one.id == name), None)
        if task is None:
            raise InvalidParameterException("The referenced task was not found.")
        runtime.stop_task(task, reason or "Task stopped by user")
        return task

    list_all = EC2ContainerServiceBackend.list_tasks

    @wraps(list_all)
    def list_tasks(
        self, cluster_str, container_instance, family, started_by, service_name, desired_status
    ):
        found = list_all(
            self, cluster_str, container_instance, family, started_by, None, desired_status or "RUNNING"
        )
        group = f"service:{service_name.split('/')[-1]}" if service_name else None
        return [one for one in found if group in (None, one.group)]

    EC2ContainerServiceBackend.run_task = run_task
    EC2ContainerServiceBackend.stop_task = stop_task
    EC2ContainerServiceBackend.list_tasks = list_tasks


def services() -> None:
    """A service's counts and deployments are what runs."""
    create = EC2ContainerServiceBackend.create_service
    update = EC2ContainerServiceBackend.update_service
    delete = EC2ContainerServiceBackend.delete_service

    @wraps(create)
    def create_service(self, *arguments, **parameters):
        service = create(self, *arguments, **parameters)
        service.running_count = service.pending_count = 0
        service.deployments[0].update(runningCount=0, pendingCount=0)
        begin(service)
        return service

    @wraps(update)
    def update_service(self, service_properties):
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

    @wraps(delete)
    def delete_service(self, *arguments):
        service = delete(self, *arguments)
        # INACTIVE once its tasks are gone.
        service.status = "DRAINING"
        service.desired_count = 0
        return service

    EC2ContainerServiceBackend.create_service = create_service
    EC2ContainerServiceBackend.update_service = update_service
    EC2ContainerServiceBackend.delete_service = delete_service


def target_health(runtime: "Runtime") -> None:
    """A target is as healthy as its checks say, and is listed while it drains."""
    unused = FakeTargetGroup.health_for

    @wraps(unused)
    def health_for(self, target, ec2_backend):
        found = runtime.load_balancers.targets.get((self.arn, target["Id"]))
        if found is None:
            return unused(self, target, ec2_backend)
        return FakeHealthStatus(
            found.id, str(found.port), self.health_check_port, found.state, found.reason, found.description
        )

    described = ELBv2Backend.describe_target_health

    @wraps(described)
    def describe_target_health(self, target_group_arn, targets):
        if not targets:
            targets = [
                {"Id": one.id, "Port": one.port}
                for (arn, _), one in list(runtime.load_balancers.targets.items())
                if arn == target_group_arn
            ]
        return described(self, target_group_arn, targets)

    FakeTargetGroup.health_for = health_for
    ELBv2Backend.describe_target_health = describe_target_health


def execute_command(runtime: "Runtime") -> None:
    """ExecuteCommand, which moto does not have: its session names the container that `docker exec` enters."""

    def execute(self: Any) -> ActionResult:
        cluster = self._get_param("cluster", "default")
        name = self._get_param("task").split("/")[-1]
        running = runtime.tasks.get(name)
        wanted = self._get_param("container")
        container = running and next(
            (one for one in running.containers if wanted in (None, one.name)), None
        )
        if running is None or container is None or container.status != "RUNNING":
            raise InvalidParameterException("The specified task or container is not running.")
        session = {
            "sessionId": f"ecs-execute-command-{mock_random.get_random_hex(17)}",
            "streamUrl": f"docker://{container.docker.id}",
            "tokenValue": "none",
        }
        return ActionResult(
            {
                "clusterArn": self.ecs_backend._get_cluster(cluster).arn,
                "containerArn": container.arn,
                "containerName": container.name,
                "interactive": True,
                "session": session,
                "taskArn": running.task.task_arn,
            }
        )

    EC2ContainerServiceResponse.execute_command = execute


def reboot(runtime: "Runtime") -> None:
    """RebootDBInstance restarts the database."""
    rebooted = RDSBackend.reboot_db_instance

    @wraps(rebooted)
    def reboot_db_instance(self, db_instance_identifier):
        instance = rebooted(self, db_instance_identifier)
        runtime.databases.reboot(instance)
        return instance

    RDSBackend.reboot_db_instance = reboot_db_instance


def master_password() -> None:
    """A database instance keeps its password, which moto forgets, where no answer shows it."""
    setting = DBInstance.master_user_password

    def keep(self, value):
        setting.fset(self, value)
        if value:
            self._runtime_password = value

    DBInstance.master_user_password = property(setting.fget, keep)
