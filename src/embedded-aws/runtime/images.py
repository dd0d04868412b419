"""Images that the engine has under a repository's name, as ECR's calls show what was pushed there."""

import json
from typing import TYPE_CHECKING, Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.ecr.models import ecr_backends

if TYPE_CHECKING:
    from .reconciler import Runtime

MEDIA_TYPE = "application/vnd.docker.distribution.manifest.v2+json"


class Images:
    """Keeps ECR's repositories in line with the engine."""

    def __init__(self, runtime: "Runtime") -> None:
        self.runtime = runtime
        # Images of the engine that ECR has: the image by repository and tag.
        self.pushed: dict[tuple[str, str], str] = {}
        self.repositories: set[str] = set()
        # True if the engine's images may have changed.
        self.changed = True

    async def reconcile(self) -> None:
        """Show the engine's images in the repositories of their names."""
        backends = list(ecr_backends[DEFAULT_ACCOUNT_ID].values())
        repositories = {
            one.uri: (backend, one) for backend in backends for one in backend.repositories.values()
        }
        if not self.changed and self.repositories == repositories.keys():
            return
        self.changed = False
        self.pushed = {key: id for key, id in self.pushed.items() if key[0] in repositories}
        self.repositories = set(repositories)
        found: dict[tuple[str, str], Any] = {}
        for image in await self.runtime.engine.call(self.runtime.engine.client.images.list):
            for reference in image.tags:
                uri, _, tag = reference.rpartition(":")
                if uri in repositories:
                    found[(uri, tag)] = image
        for key, image in found.items():
            if self.pushed.get(key) != image.id:
                push(*repositories[key[0]], key[1], image)
                self.pushed[key] = image.id
        for key in self.pushed.keys() - found.keys():
            backend, repository = repositories[key[0]]
            backend.batch_delete_image(repository.name, None, [{"imageTag": key[1]}])
            del self.pushed[key]


def push(backend: Any, repository: Any, tag: str, image: Any) -> None:
    """Show an image in a repository."""
    layers = [{"digest": one} for one in image.attrs["RootFS"].get("Layers") or []]
    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": MEDIA_TYPE,
            # ECR's size of an image is read from here.
            "config": {"digest": image.id, "size": image.attrs["Size"]},
            "layers": layers,
        }
    )
    there = [one for one in repository.images if tag in one.image_tags]
    if not any(one.image_manifest == manifest for one in there):
        backend.put_image(repository.name, manifest, tag, MEDIA_TYPE, image.id)
