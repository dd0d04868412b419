"""Gaps of moto in ecr."""

from moto.ecr.exceptions import ImageAlreadyExistsException
from moto.ecr.models import ECRBackend, ecr_backends

from extensions import replaces
from .registry import gap


@gap
def ecr_scan_off():
    """PutImageScanningConfiguration takes no configuration for none to change. SDKs leave out what
    is false, and AWS switches the scan off."""
    @replaces(ECRBackend)
    def put_image_scanning_configuration(put, self, registry_id, repository_name, image_scan_config):
        config = {"scanOnPush": False, **(image_scan_config or {})}
        return put(self, registry_id, repository_name, config)


@gap
def ecr_replication():
    """What is pushed is copied to the regions that the registry's replication names, into a repository
    that ECR makes where there is none."""
    @replaces(ECRBackend)
    def put_image(put, self, repository_name, *image):
        pushed = put(self, repository_name, *image)
        for rule in self.replication_config["rules"]:
            filters = [one["filter"] for one in rule.get("repositoryFilters") or []]
            if filters and not repository_name.startswith(tuple(filters)):
                continue
            for destination in rule["destinations"]:
                there = ecr_backends[self.account_id][destination["region"]]
                if repository_name not in there.repositories:
                    there.create_repository(
                        repository_name=repository_name,
                        registry_id=None,
                        encryption_config={"encryptionType": "AES256"},
                        image_scan_config=None,
                        image_tag_mutability="MUTABLE",
                        tags=[],
                    )
                try:
                    put(there, repository_name, *image)
                except ImageAlreadyExistsException:
                    pass
        return pushed
