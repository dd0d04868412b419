"""Gaps of moto in efs."""

import json
from uuid import uuid4

from moto.core.exceptions import JsonRESTError
from moto.core.utils import unix_time
from moto.efs import urls as efs_urls
from moto.efs.exceptions import FileSystemNotFound
from moto.efs.models import EFSBackend, FileSystem, efs_backends
from moto.efs.responses import EFSResponse

from extensions import replaces
from .registry import add, gap

# The replications of file systems, by the id of the source.
replications = {}


class FileSystems(dict):
    """File systems by id. Reading one that does not exist is AWS's error, not a KeyError."""

    def __missing__(self, file_system_id):
        raise FileSystemNotFound(file_system_id)


@gap
def efs_unknown_file_system():
    """Most calls answer 500 for a file system that does not exist, such as one of another region; the
    provider retries that for many minutes."""
    @replaces(EFSBackend)
    def __init__(init, self, *arguments, **parameters):
        init(self, *arguments, **parameters)
        self.file_systems_by_id = FileSystems()


@gap
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


@gap
def efs_update_file_system():
    """UpdateFileSystem, which changes the throughput mode."""
    def update_file_system(self):
        _, [file_system] = self.efs_backend.describe_file_systems(
            file_system_id=self._get_param("FileSystemId")
        )
        file_system.throughput_mode = self._get_param("ThroughputMode") or file_system.throughput_mode
        file_system.provisioned_throughput_in_mibps = self._get_param("ProvisionedThroughputInMibps")
        body = json.dumps(file_system.info_json())
        return body, {"status": 202, "Content-Type": "application/json"}

    add(EFSResponse, update_file_system)


@gap
def efs_delete_file_system_policy():
    """DeleteFileSystemPolicy: no destroy ends without it."""
    def delete_file_system_policy(self):
        _, [file_system] = self.efs_backend.describe_file_systems(
            file_system_id=self._get_param("FileSystemId")
        )
        file_system.file_system_policy = None
        return json.dumps({}), {"Content-Type": "application/json"}

    add(EFSResponse, delete_file_system_policy)


@gap
def efs_replication():
    """CreateReplicationConfiguration, DescribeReplicationConfigurations, DeleteReplicationConfiguration.

    As on AWS, the copy stays when its replication is deleted.
    """
    for path in (
        "/2015-02-01/file-systems/<file_system_id>/replication-configuration",
        "/2015-02-01/file-systems/replication-configurations",
    ):
        efs_urls.url_paths[path] = efs_urls.response.dispatch

    def answer(body, status=200):
        return json.dumps(body), {"status": status, "Content-Type": "application/json"}

    def source_id(self):
        return self.path.split("/file-systems/")[1].split("/")[0]

    def current(self):
        """Those whose source or copy still exists: moto may have been reset since."""
        account = efs_backends[self.current_account]
        return {
            source: replication
            for source, replication in replications.items()
            if source in account[replication["SourceFileSystemRegion"]].file_systems_by_id
        }

    def create_replication_configuration(self):
        source = source_id(self)
        _, [file_system] = self.efs_backend.describe_file_systems(file_system_id=source)
        [wanted] = json.loads(self.body)["Destinations"]
        region = wanted["Region"]
        copied = efs_backends[self.current_account][region].create_file_system(
            creation_token=f"destination-{uuid4()}",
            performance_mode="generalPurpose",
            encrypted=True,
            kms_key_id=wanted.get("KmsKeyId"),
            throughput_mode="bursting",
            provisioned_throughput_in_mibps=None,
            availability_zone_name=None,
            backup=False,
            tags=[],
        )
        copied._content = getattr(file_system, "_content", "")
        copied._size_value = file_system._size_value
        replications[source] = {
            "SourceFileSystemId": source,
            "SourceFileSystemRegion": self.region,
            "SourceFileSystemArn": file_system.file_system_arn,
            "OriginalSourceFileSystemArn": file_system.file_system_arn,
            "CreationTime": unix_time(),
            "Destinations": [
                {
                    "Status": "ENABLED",
                    "FileSystemId": copied.file_system_id,
                    "Region": region,
                    "LastReplicatedTimestamp": unix_time(),
                }
            ],
        }
        return answer(replications[source])

    def describe_replication_configurations(self):
        wanted = self._get_param("file-system-id") or self._get_param("FileSystemId")
        found = [
            replication
            for source, replication in current(self).items()
            if wanted in (None, source, replication["Destinations"][0]["FileSystemId"])
        ]
        if wanted and not found:
            error = JsonRESTError("ReplicationNotFound", f"{wanted} has no replication.")
            error.code = 404
            raise error
        return answer({"Replications": found})

    def delete_replication_configuration(self):
        replications.pop(source_id(self), None)
        return answer({}, 204)

    add(
        EFSResponse,
        create_replication_configuration,
        describe_replication_configurations,
        delete_replication_configuration,
    )
