"""The Docker engine, as far as the runtime uses it."""

import asyncio
import os
from collections.abc import Callable
from threading import Thread
from time import sleep
from typing import Any

import docker
from docker.context import ContextAPI
from docker.errors import DockerException, ImageNotFound
from docker.models.containers import Container
from docker.types import LogConfig
from werkzeug.serving import BaseWSGIServer, make_server

# Label of every container, network and volume; its value is the identity of the clone's state folder.
OWNER = "plue.embedded-aws"
# Label by which an event finds whose container it is about: the id of a task, or the ARN of a database.
MEMBER = "plue.member"

NO_CHECK = {"test": ["NONE"]}

EVENTS = {
    "type": ["container", "image"],
    "event": ["die", "health_status", "tag", "untag", "delete", "load", "pull", "import"],
}


def connect() -> docker.DockerClient | None:
    """The engine that DOCKER_HOST or Docker's current context names; None if it does not answer."""
    try:
        host = os.environ.get("DOCKER_HOST") or ContextAPI.get_current_context().Host
        client = docker.DockerClient(base_url=host, max_pool_size=50)
        client.ping()
        return client
    except (DockerException, OSError):
        return None


class Failed(Exception):
    """Why something does not run, in AWS's words."""


class Engine:
    """A Docker engine and the identity under which this embedded AWS owns things in it."""

    def __init__(self, client: docker.DockerClient, identity: str) -> None:
        self.client = client
        self.identity = identity
        self.labels = {OWNER: identity}
        self.network = f"plue-{identity}"

    async def call(self, function: Callable, *arguments: Any, **options: Any) -> Any:
        """The result of a call that blocks."""
        return await asyncio.to_thread(function, *arguments, **options)

    async def pull(self, image: str) -> None:
        """Have an image in the engine. Raises APIError if that fails."""
        try:
            await self.call(self.client.images.get, image)
        except ImageNotFound:
            await self.call(self.client.images.pull, image)

    async def create(self, image: str, member: str, *name: str, **options: Any) -> Container:
        """A container that has not been started."""
        return await self.call(
            self.client.containers.create,
            image,
            name=self.name(*name),
            # Without rotation: a follower of the log loses lines at each.
            log_config=LogConfig(type="json-file"),
            labels={**self.labels, MEMBER: member},
            **{"healthcheck": NO_CHECK, **options},
        )

    def name(self, *parts: str) -> str:
        """The name of a container or volume; two clones never have the same."""
        return "-".join((self.network, *parts))

    def endpoint(self, server: BaseWSGIServer) -> str:
        """Create the network, and serve on its gateway what a server on loopback serves."""
        network = self.client.networks.create(self.network, labels=self.labels)
        network.reload()
        gateway = network.attrs["IPAM"]["Config"][0].get("Gateway", "")
        try:
            outside = make_server(gateway, 0, server.app, threaded=True)
        except OSError:
            # An engine in a virtual machine, whose containers reach this machine's loopback by this name.
            return f"http://host.docker.internal:{server.port}"
        Thread(target=outside.serve_forever, daemon=True, name="endpoint").start()
        return f"http://{gateway}:{outside.port}"

    def watch(self, on_event: Callable[[dict[str, Any]], None], on_gap: Callable[[], None]) -> None:
        """Call back for each event of containers and images, for ever.

        on_gap is called when a stream of events begins: some may have been missed before.
        """

        def follow() -> None:
            while True:
                try:
                    stream = self.client.events(decode=True, filters=EVENTS)
                    on_gap()
                    for event in stream:
                        on_event(event)
                except (DockerException, OSError):
                    pass
                sleep(2)

        Thread(target=follow, daemon=True, name="docker-events").start()


def remove(container: Container) -> bool:
    """Remove a container, running or not, and its anonymous volumes."""
    return quietly(container.remove, force=True, v=True)


def quietly(function: Callable, *arguments: Any, **options: Any) -> bool:
    """Whether a call succeeded on something that may be gone, or on an engine that may be away."""
    try:
        function(*arguments, **options)
        return True
    except (DockerException, OSError):
        return False
