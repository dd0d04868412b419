"""What the stacks call and moto lacks.

Each gap is a function that closes it, and only where moto still has it, so that a moto which has
caught up is left alone. A test runs plain moto and says which gap can be deleted from here.
"""

import json
from functools import wraps
from types import SimpleNamespace

from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.core.responses import ActionResult
from moto.ecr.models import ECRBackend
from moto.ecs.models import EC2ContainerServiceBackend
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.efs.models import FileSystem
from moto.efs.responses import EFSResponse
from moto.elbv2.models import FakeListener
from moto.rds.models import DBInstance, DBParameterGroup, RDSBackend
from moto.rds.responses import RDSResponse
from moto.utilities.tagging_service import TaggingService


def application_autoscaling_tags():
    """ListTagsForResource, TagResource, UntagResource.

    The provider reads the tags of each scaling target and retries the 500 for minutes.
    """
    if hasattr(ApplicationAutoScalingResponse, "list_tags_for_resource"):
        return

    def tagging(response):
        backend = response.applicationautoscaling_backend
        if not hasattr(backend, "tagger"):
            backend.tagger = TaggingService()
        return backend.tagger

    def list_tags_for_resource(self):
        tags = tagging(self).get_tag_dict_for_resource(self._get_param("ResourceARN"))
        return json.dumps({"Tags": tags})

    def tag_resource(self):
        tags = TaggingService.convert_dict_to_tags_input(self._get_param("Tags"))
        tagging(self).tag_resource(self._get_param("ResourceARN"), tags)
        return json.dumps({})

    def untag_resource(self):
        tagging(self).untag_resource_using_names(
            self._get_param("ResourceARN"), self._get_param("TagKeys")
        )
        return json.dumps({})

    register_target = ApplicationAutoScalingResponse.register_scalable_target

    @wraps(register_target)
    def register_scalable_target(self):
        registered = register_target(self)
        tags = TaggingService.convert_dict_to_tags_input(self._get_param("Tags"))
        tagging(self).tag_resource(json.loads(registered)["ScalableTargetARN"], tags)
        return registered

    ApplicationAutoScalingResponse.register_scalable_target = register_scalable_target
    ApplicationAutoScalingResponse.list_tags_for_resource = list_tags_for_resource
    ApplicationAutoScalingResponse.tag_resource = tag_resource
    ApplicationAutoScalingResponse.untag_resource = untag_resource


def efs_put_backup_policy():
    """PutBackupPolicy: moto can describe a backup policy, and not set one."""
    if hasattr(EFSResponse, "put_backup_policy"):
        return

    def put_backup_policy(self):
        policy = self._get_param("BackupPolicy")
        _, [file_system] = self.efs_backend.describe_file_systems(
            file_system_id=self._get_param("FileSystemId")
        )
        file_system._backup_policy = policy
        return json.dumps({"BackupPolicy": policy}), {"Content-Type": "application/json"}

    at_creation = FileSystem.backup_policy.fget
    FileSystem.backup_policy = property(
        lambda self: getattr(self, "_backup_policy", None) or at_creation(self)
    )
    EFSResponse.put_backup_policy = put_backup_policy


def efs_delete_file_system_policy():
    """DeleteFileSystemPolicy: no destroy ends without it."""
    if hasattr(EFSResponse, "delete_file_system_policy"):
        return

    def delete_file_system_policy(self):
        _, [file_system] = self.efs_backend.describe_file_systems(
            file_system_id=self._get_param("FileSystemId")
        )
        file_system.file_system_policy = None
        return json.dumps({}), {"Content-Type": "application/json"}

    EFSResponse.delete_file_system_policy = delete_file_system_policy


def ecr_scan_off():
    """PutImageScanningConfiguration takes no configuration for none to change. SDKs leave out what
    is false, and AWS switches the scan off."""
    put = ECRBackend.put_image_scanning_configuration

    @wraps(put)
    def put_image_scanning_configuration(self, registry_id, repository_name, image_scan_config):
        config = {"scanOnPush": False, **(image_scan_config or {})}
        return put(self, registry_id, repository_name, config)

    ECRBackend.put_image_scanning_configuration = put_image_scanning_configuration


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
    create = EC2ContainerServiceResponse.create_service

    @wraps(create)
    def create_service(self):
        created = create(self)
        service = created.result["service"]
        for parameter, attribute in settings.items():
            if not hasattr(service, attribute):
                setattr(service, attribute, self._get_param(parameter))
        return created

    EC2ContainerServiceResponse.create_service = create_service


def ecs_update_service_deployment():
    """UpdateService forgets of a deployment's configuration what the call does not repeat: every
    plan after an update would set the percentages again."""
    update = EC2ContainerServiceBackend.update_service

    @wraps(update)
    def update_service(self, service_properties):
        changed = service_properties.get("deployment_configuration")
        if changed:
            service = self._get_service(
                service_properties.get("cluster", "default"),
                service_properties["service"].split("/")[-1],
            )
            current = getattr(service, "deployment_configuration", None) or {}
            service_properties["deployment_configuration"] = {**current, **changed}
        return update(self, service_properties)

    EC2ContainerServiceBackend.update_service = update_service


def ecs_update_service_rollout():
    """UpdateService's deployment never completes, however many tasks run, and names the task
    definition of the first."""
    update = EC2ContainerServiceBackend.update_service

    @wraps(update)
    def update_service(self, service_properties):
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

    EC2ContainerServiceBackend.update_service = update_service


def ecs_run_task_memory():
    """RunTask fails where only the task says how much memory it gets, as it may on Fargate."""
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


def rds_create_instance_settings():
    """CreateDBInstance drops settings that ModifyDBInstance keeps: every later plan would modify
    the instance, which takes the provider more than a minute."""
    settings = (
        "monitoring_interval",
        "monitoring_role_arn",
        "enable_performance_insights",
        "performance_insights_kms_key_id",
        "performance_insights_retention_period",
    )
    init = DBInstance.__init__

    @wraps(init)
    def __init__(self, backend, **parameters):
        init(self, backend, **parameters)
        for setting in settings:
            if not hasattr(self, setting):
                setattr(self, setting, parameters.get(setting))

    DBInstance.__init__ = __init__
    # The one setting that is read by another name than it is set by.
    if not hasattr(DBInstance, "performance_insights_enabled"):
        DBInstance.performance_insights_enabled = property(
            lambda instance: instance.enable_performance_insights
        )


def rds_parameter_source():
    """DescribeDBParameters does not say whose a parameter is, and the provider keeps only those
    of the user: every later plan would set them all again."""
    update = DBParameterGroup.update_parameters

    @wraps(update)
    def update_parameters(self, new_parameters):
        update(self, [{"Source": "user", **parameter} for parameter in new_parameters])

    DBParameterGroup.update_parameters = update_parameters


def rds_reset_parameters():
    """ResetDBParameterGroup, for a parameter that the settings leave out: the provider retries the
    500 for minutes."""
    if hasattr(RDSResponse, "reset_db_parameter_group"):
        return

    def reset_db_parameter_group(self):
        name = self.params.get("DBParameterGroupName")
        # moto says that there is none of that name.
        group = self.backend.modify_db_parameter_group(name, [])
        reset = [one.original_dict()["ParameterName"] for one in self.params.get("Parameters", [])]
        for parameter in reset or list(group.parameters):
            group.parameters.pop(parameter, None)
        return ActionResult({"DBParameterGroupName": group.name})

    RDSResponse.reset_db_parameter_group = reset_db_parameter_group


def rds_modify_subnet_group():
    """ModifyDBSubnetGroup forgets the group."""
    modify = RDSBackend.modify_db_subnet_group

    @wraps(modify)
    def modify_db_subnet_group(self, subnet_name, description, subnets):
        group = modify(self, subnet_name, description, subnets)
        self.subnet_groups[subnet_name] = group
        return group

    RDSBackend.modify_db_subnet_group = modify_db_subnet_group


def elbv2_http_listener_policy():
    """A listener of HTTP gets the default policy of TLS, which only one of HTTPS has: the provider
    reads it, sends it with the next change, and AWS refuses that."""
    init = FakeListener.__init__

    @wraps(init)
    def __init__(self, *arguments, **parameters):
        init(self, *arguments, **parameters)
        if self.protocol == "HTTP":
            self.ssl_policy = None

    FakeListener.__init__ = __init__


ALL = (
    application_autoscaling_tags,
    efs_put_backup_policy,
    efs_delete_file_system_policy,
    ecr_scan_off,
    ecs_create_service_settings,
    ecs_update_service_deployment,
    ecs_update_service_rollout,
    ecs_run_task_memory,
    rds_create_instance_settings,
    rds_parameter_source,
    rds_reset_parameters,
    rds_modify_subnet_group,
    elbv2_http_listener_policy,
)


def close_all():
    """Close every gap that this moto has."""
    for gap in ALL:
        gap()
