"""Gaps of moto in ecs."""

from functools import wraps
from types import SimpleNamespace

from moto.ecs.models import Cluster, EC2ContainerServiceBackend
from moto.ecs.responses import EC2ContainerServiceResponse

from extensions import replaces
from .registry import gap


@gap
def ecs_create_service_settings():
    """CreateService drops settings that UpdateService keeps: every later plan would show them."""
    settings = {
        "availabilityZoneRebalancing": "availability_zone_rebalancing",
        "capacityProviderStrategy": "capacity_provider_strategy",
        "deploymentConfiguration": "deployment_configuration",
        "enableECSManagedTags": "enable_ecs_managed_tags",
        "enableExecuteCommand": "enable_execute_command",
        "healthCheckGracePeriodSeconds": "health_check_grace_period_seconds",
    }
    @replaces(EC2ContainerServiceResponse)
    def create_service(create, self):
        created = create(self)
        service = created.result["service"]
        for parameter, attribute in settings.items():
            if not hasattr(service, attribute):
                setattr(service, attribute, self._get_param(parameter))
        return created


@gap
def ecs_update_service_deployment():
    """UpdateService forgets of a deployment's configuration what the call does not repeat: every
    plan after an update would set the percentages again."""
    @replaces(EC2ContainerServiceBackend)
    def update_service(update, self, service_properties):
        changed = service_properties.get("deployment_configuration")
        if changed:
            service = self._get_service(
                service_properties.get("cluster", "default"),
                service_properties["service"].split("/")[-1],
            )
            current = getattr(service, "deployment_configuration", None) or {}
            service_properties["deployment_configuration"] = {**current, **changed}
        return update(self, service_properties)


@gap
def ecs_update_service_rollout():
    """UpdateService's deployment never completes, however many tasks run, and names the task
    definition of the first."""
    @replaces(EC2ContainerServiceBackend)
    def update_service(update, self, service_properties):
        service = update(self, service_properties)
        for deployment in service.deployments[:1]:
            complete = service.running_count >= service.desired_count
            state = "completed" if complete else "in progress"
            deployment.update(
                taskDefinition=service.task_definition,
                desiredCount=service.desired_count,
                runningCount=service.running_count,
                pendingCount=service.pending_count,
                rolloutState=state.upper().replace(" ", "_"),
                rolloutStateReason=f"ECS deployment {deployment['id']} {state}.",
            )
        return service


@gap
def ecs_run_task_memory():
    """RunTask fails where only the task sets the memory, as it may on Fargate."""
    calculate = EC2ContainerServiceBackend._calculate_task_resource_requirements

    @wraps(calculate)
    def calculate_task_resource_requirements(task_definition):
        containers = [
            {"memoryReservation": 0, **container}
            for container in task_definition.container_definitions
        ]
        return calculate(SimpleNamespace(container_definitions=containers))

    EC2ContainerServiceBackend._calculate_task_resource_requirements = staticmethod(
        calculate_task_resource_requirements
    )


@gap
def ecs_cluster_without_tags():
    """GetResources of the tagging API answers 500 if a cluster has no tags."""
    @replaces(Cluster)
    def __init__(init, self, *arguments, **parameters):
        init(self, *arguments, **parameters)
        self.tags = self.tags or []
