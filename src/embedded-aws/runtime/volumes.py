"""EFS file systems and the empty volumes of a task, as volumes of the engine."""

from io import BytesIO
from tarfile import TarFile, TarInfo
from typing import Any

from docker.errors import NotFound
from moto.core import DEFAULT_ACCOUNT_ID
from moto.efs.models import efs_backends

from .engine import NO_CHECK, Engine, Failed, remove

EFS_FAILED = "ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes"


async def volume_of(engine: Engine, volume: dict[str, Any], task_id: str, region: str, image: str) -> str:
    """The name of the engine's volume for a volume of a task definition.

    Docker cannot mount a folder of a volume before API 1.45: each directory of a file system is a
    volume of its own.
    """
    efs = volume.get("efsVolumeConfiguration")
    if efs is None:
        return await _ensure(engine, engine.name(task_id, volume["name"]), None, image)
    backend = efs_backends[DEFAULT_ACCOUNT_ID][region]
    file_system = efs["fileSystemId"]
    point_id = efs.get("authorizationConfig", {}).get("accessPointId")
    if file_system not in backend.file_systems_by_id:
        raise Failed(f"{EFS_FAILED}: Failed to resolve {file_system}: file system not found")
    directory, owner = efs.get("rootDirectory", "/"), None
    if point_id is not None:
        point = backend.access_points.get(point_id)
        if point is None:
            denied = f"mount.nfs4: access denied by server: access point {point_id} does not exist"
            raise Failed(f"{EFS_FAILED}: {denied}")
        directory = point.root_directory.get("Path", "/")
        owner = point.root_directory.get("CreationInfo")
    folder = directory.strip("/").replace("/", "_")
    return await _ensure(engine, engine.name(file_system, folder or "root"), owner, image)


async def _ensure(engine: Engine, name: str, owner: dict[str, Any] | None, image: str) -> str:
    try:
        await engine.call(engine.client.volumes.get, name)
    except NotFound:
        await engine.call(engine.client.volumes.create, name, labels=engine.labels)
        if owner is not None:
            # As EFS creates an access point's directory.
            own = f"chown {owner['OwnerUid']}:{owner['OwnerGid']} /volume"
            command = f"{own} && chmod {owner.get('Permissions', '0755')} /volume"
            await engine.call(prepare, engine, name, image, command)
    return name


def prepare(
    engine: Engine, volume: str, image: str, command: str, files: dict[str, bytes] | None = None
) -> None:
    """Put files into a volume, then run a shell command as root with the volume at /volume."""
    container = engine.client.containers.create(
        image,
        [command],
        entrypoint=["sh", "-ec"],
        user="0:0",
        network_mode="none",
        healthcheck=NO_CHECK,
        labels=engine.labels,
        volumes={volume: {"bind": "/volume"}},
    )
    try:
        if files:
            container.put_archive("/volume", archive(files))
        container.start()
        if container.wait()["StatusCode"] != 0:
            raise Failed(container.logs().decode(errors="replace"))
    finally:
        remove(container)


def archive(files: dict[str, bytes]) -> bytes:
    """A tar file, as the engine takes files."""
    buffer = BytesIO()
    with TarFile(fileobj=buffer, mode="w") as tar:
        for name, content in files.items():
            entry = TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, BytesIO(content))
    return buffer.getvalue()


def remove_volume(engine: Engine, name: str) -> None:
    """Remove a volume that nothing uses."""
    engine.client.volumes.get(name).remove(force=True)
