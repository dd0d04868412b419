"""Compares what moto holds with what runs, whenever a call may have changed the one, or an event of the
engine the other."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Any

import extensions
from moto.core import DEFAULT_ACCOUNT_ID
from moto.ecs.models import ecs_backends

from . import moto_state
from .certificates import Authority
from .cleaning import sweep
from .database import Databases
from .engine import MEMBER, Engine
from .images import Images
from .load_balancer import LoadBalancers
from .services import Services
from .tasks import RunningTask

# ECS shows a stopped task for about an hour. Source: DescribeTasks in the ECS API reference.
STOPPED_TASKS = 100


class Runtime:
    """All that runs for one embedded AWS."""

    def __init__(self, engine: Engine | None, home: Path) -> None:
        self.engine = engine
        self.home = home
        self.authority = Authority()
        self.ca_bundle = home / "ca.pem"
        # Where the tasks reach the embedded AWS.
        self.endpoint = ""
        self.tasks: dict[str, RunningTask] = {}
        self.load_balancers = LoadBalancers(self)
        self.services = Services(self)
        self.databases = Databases(self)
        self.images = Images(self)
        self.loop = asyncio.new_event_loop()
        self.wanted = asyncio.Event()
        self.spawned: set[asyncio.Task] = set()
        self.closing = False
        self.thread = Thread(target=self._run, daemon=True, name="runtime")
        self.ready = Event()

    def start(self) -> "Runtime":
        """Replace parts of moto, remove what a killed run has left, and begin."""
        moto_state.install(self)
        self.ca_bundle.write_bytes(self.authority.bundle)
        if self.engine is not None:
            sweep(self.engine)
            self.endpoint = self.engine.endpoint(extensions.server)
            self.engine.watch(partial(self._soon, self._on_event), partial(self._soon, self._on_gap))
        self.thread.start()
        self.ready.wait()
        return self

    def stop(self) -> None:
        """Stop reconciling, then remove all that runs."""
        self.closing = True
        self.loop.call_soon_threadsafe(self.wanted.set)
        self.thread.join(10)
        if self.engine is not None:
            sweep(self.engine)

    def kick(self) -> None:
        """Have everything compared again, from any thread."""
        self._soon(self.wanted.set)

    def _soon(self, function: Callable, *arguments: Any) -> None:
        if not self.closing:
            self.loop.call_soon_threadsafe(function, *arguments)

    def kick_after(self, seconds: float) -> None:
        """Have everything compared again after a time."""
        self.loop.call_later(seconds, self.wanted.set)

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task:
        """Do something at the same time; the task is kept until it ends."""
        task = self.loop.create_task(work)
        self.spawned.add(task)
        task.add_done_callback(self.spawned.discard)
        return task

    def address_of(self, id: str, port: int) -> tuple[str, int]:
        """Where this machine reaches a port of a target: of a task, what is published on 127.0.0.1."""
        for one in self.tasks.values():
            if one.address == id:
                return "127.0.0.1", one.ports.get(port, port)
        return id, port

    def describe(self) -> dict[str, Any]:
        """What `GET /embedded-aws/runtime` answers."""
        version = self.engine.client.version()["Version"] if self.engine else None
        return {
            "engine": version,
            "urls": self.load_balancers.urls(),
            "problems": self.databases.problems(),
        }

    # The reconciler

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        # Calls of the engine wait: more at a time than there are processors.
        self.loop.set_default_executor(ThreadPoolExecutor(32))
        self.loop.run_until_complete(self._main())

    async def _main(self) -> None:
        await self.load_balancers.start()
        self.ready.set()
        while not self.closing:
            self.wanted.clear()
            try:
                await self._reconcile()
            except Exception as error:
                print(f"The runtime failed: {error!r}", flush=True)
                self.kick_after(5)
            await self.wanted.wait()
        for task in list(self.spawned):
            task.cancel()
        await self.load_balancers.close()

    async def _reconcile(self) -> None:
        await self.load_balancers.reconcile()
        if self.engine is None:
            return
        await self.images.reconcile()
        self.databases.reconcile()
        self._reconcile_tasks()
        self.services.reconcile()
        self._reconcile_tasks()

    def _reconcile_tasks(self) -> None:
        """Start the tasks that are new, and stop those that moto no longer has."""
        known: set[str] = set()
        for backend in list(ecs_backends[DEFAULT_ACCOUNT_ID].values()):
            for tasks in list(backend.tasks.values()):
                for task in list(tasks.values()):
                    known.add(task.id)
                    if task.id not in self.tasks and task.last_status != "STOPPED":
                        running = self.tasks[task.id] = RunningTask(self, task)
                        self.spawn(self._run_task(running))
                    if task.id in self.tasks and task.desired_status == "STOPPED":
                        self.tasks[task.id].stop("UserInitiated", task.stopped_reason)
                stopped = [arn for arn, one in list(tasks.items()) if one.last_status == "STOPPED"]
                for arn in stopped[:-STOPPED_TASKS]:
                    tasks.pop(arn)
        for id, running in list(self.tasks.items()):
            if id not in known:
                running.stop("UserInitiated", "The embedded AWS was reset")

    async def _run_task(self, running: RunningTask) -> None:
        await running.run()
        del self.tasks[running.task.id]
        self.kick()

    # Events

    def _on_event(self, event: dict[str, Any]) -> None:
        """Pass an event of the engine on to the task or database that it is about."""
        member = event.get("Actor", {}).get("Attributes", {}).get(MEMBER)
        running = self.tasks.get(member) or self.databases.databases.get(member)
        if running is not None:
            running.on_event(event)
        elif event.get("Type") == "image":
            self.images.changed = True
            self.wanted.set()

    def _on_gap(self) -> None:
        self.images.changed = True
        self.wanted.set()
        for running in (*self.tasks.values(), *self.databases.databases.values()):
            running.refresh()
