"""Services of ECS: as many healthy tasks as desired, rolling deployments, the circuit breaker."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from moto.applicationautoscaling.models import applicationautoscaling_backends
from moto.core import DEFAULT_ACCOUNT_ID
from moto.ecs.models import Service as MotoService
from moto.ecs.models import ecs_backends

from .tasks import RunningTask, now

if TYPE_CHECKING:
    from .reconciler import Runtime

# Failed tasks after which the circuit breaker gives a deployment up: half of the desired count, within
# these bounds. Source: "How the Amazon ECS deployment circuit breaker detects failures" in the Amazon ECS
# developer guide.
FEWEST_FAILURES, MOST_FAILURES = 3, 200
# Seconds before the next try after a failed one, doubled each time. ECS waits for up to 15 minutes.
FIRST_WAIT, LONGEST_WAIT = 1, 60
# Source: events of Service in the ECS API reference.
MOST_EVENTS = 100


@dataclass(frozen=True)
class Bounds:
    """How many tasks a service may have while it is deployed."""

    desired: int
    minimum_healthy_percent: int = 100
    maximum_percent: int = 200

    @property
    def least(self) -> int:
        """Tasks that must stay healthy."""
        return math.ceil(self.desired * self.minimum_healthy_percent / 100)

    @property
    def most(self) -> int:
        """Tasks that may be there."""
        return math.floor(self.desired * self.maximum_percent / 100)


def tasks_to_start(bounds: Bounds, new: int, old: int) -> int:
    """How many tasks of the newest deployment to start."""
    return max(0, min(bounds.desired - new, bounds.most - new - old))


def tasks_to_stop(bounds: Bounds, new: Iterable[bool], old: Iterable[bool]) -> tuple[int, int, int]:
    """How many tasks to stop: new ones beyond the desired count, old ones that are not healthy, old ones
    that are.

    Each task is given by whether it is healthy.
    """
    new, old = list(new), list(old)
    surplus = max(0, len(new) - bounds.desired)
    unhealthy_old = old.count(False)
    healthy_old = old.count(True)
    healthy = new.count(True) + healthy_old
    # Without a task that should run, there is nothing to wait for.
    spare = max(0, healthy - bounds.least) if bounds.desired else healthy_old
    return surplus, unhealthy_old, min(spare, healthy_old)


class Services:
    """Brings the tasks of every service in line with what is wanted."""

    def __init__(self, runtime: "Runtime") -> None:
        self.runtime = runtime
        # By the service's ARN and deployment: when the next task may start.
        self.waits: dict[str, float] = {}
        # Tasks that stop because fewer are wanted: no failures.
        self.dismissed: set[str] = set()
        self.steady: set[str] = set()

    def reconcile(self) -> None:
        """One step of every service."""
        for backend in list(ecs_backends[DEFAULT_ACCOUNT_ID].values()):
            for service in list(backend.services.values()):
                if service.status in ("ACTIVE", "DRAINING"):
                    self._step(backend, service)

    def _tasks(self, service: MotoService) -> list[RunningTask]:
        group = f"service:{service.name}"
        return [
            one
            for one in self.runtime.tasks.values()
            if one.task.group == group and one.task.cluster_arn == service.cluster_arn
        ]

    def _step(self, backend: Any, service: MotoService) -> None:
        tasks = self._tasks(service)
        for task in tasks:
            self._register(service, task)
            self._stop_unhealthy(service, task)
        primary = primary_of(service)
        if primary is None:
            return
        desired = self._desired(service) if service.status == "ACTIVE" else 0
        settings = getattr(service, "deployment_configuration", None) or {}
        bounds = Bounds(
            desired,
            settings.get("minimumHealthyPercent", 100),
            settings.get("maximumPercent", 200),
        )
        current = [one for one in tasks if not one.stopping]
        new = [one for one in current if one.task.started_by == primary["id"]]
        old = [one for one in current if one.task.started_by != primary["id"]]
        self._start(backend, service, primary, tasks_to_start(bounds, len(new), len(old)))
        new.sort(key=lambda one: (self._ready(one), one.task.created_at))
        self._stop(service, bounds, new, old)
        self._publish(service, primary, desired, tasks)

    def _desired(self, service: MotoService) -> int:
        """The desired count, within the bounds of autoscaling."""
        scaling = applicationautoscaling_backends[DEFAULT_ACCOUNT_ID][service.region_name]
        resource = f"service/{service.cluster_name}/{service.name}"
        for target in scaling.targets.get("ecs:service:DesiredCount", {}).values():
            if target.resource_id == resource:
                bounded = max(service.desired_count, target.min_capacity)
                service.desired_count = min(bounded, target.max_capacity)
        return service.desired_count

    # Tasks

    def _start(self, backend: Any, service: MotoService, deployment: dict[str, Any], count: int) -> None:
        if deployment["rolloutState"] == "FAILED":
            return
        wait = self.waits.get(deployment["id"], 0) - monotonic()
        if count and wait > 0:
            self.runtime.kick_after(wait)
            return
        for _ in range(count):
            [task] = backend.run_task(
                service.cluster_name,
                deployment["taskDefinition"],
                1,
                None,
                deployment["id"],
                service.tags if service.propagate_tags == "SERVICE" else None,
                "FARGATE",
                deployment.get("networkConfiguration") or service.network_configuration,
                f"service:{service.name}",
            )
            deployment["updatedAt"] = now()
            self._event(service, f"has started 1 tasks: (task {task.id}).")

    def _stop(
        self, service: MotoService, bounds: Bounds, new: list[RunningTask], old: list[RunningTask]
    ) -> None:
        surplus, unhealthy, healthy = tasks_to_stop(
            bounds, map(self._ready, new), map(self._ready, old)
        )
        leaving = new[:surplus]
        leaving += [one for one in old if not self._ready(one)][:unhealthy]
        leaving += [one for one in old if self._ready(one)][:healthy]
        for task in leaving:
            self._stop_task(service, task, f"Scaling activity initiated by (deployment {task.task.started_by})")

    def _stop_task(self, service: MotoService, task: RunningTask, reason: str) -> None:
        self.dismissed.add(task.task.id)
        task.stop("ServiceSchedulerInitiated", reason)
        self._event(service, f"has stopped 1 running tasks: (task {task.task.id}).")
        if service.load_balancers and task.task.last_status == "RUNNING":
            self._event(service, "has begun draining connections on 1 tasks.")

    def _register(self, service: MotoService, task: RunningTask) -> None:
        """Register a task that runs with the service's target groups."""
        if task.task.last_status != "RUNNING" or task.stopping or not service.load_balancers:
            return
        for balancer in service.load_balancers:
            group, port = balancer.get("targetGroupArn"), balancer.get("containerPort")
            if group and self.runtime.load_balancers.register(group, task, port):
                self._event(service, f"registered 1 targets in (target-group {group})")

    def _ready(self, task: RunningTask) -> bool:
        """Whether a task is healthy for its containers and for every target group."""
        return task.healthy and all(
            state == "healthy" for state, _ in self.runtime.load_balancers.states_of(task)
        )

    def _stop_unhealthy(self, service: MotoService, task: RunningTask) -> None:
        if task.task.last_status != "RUNNING" or task.stopping:
            return
        grace = timedelta(seconds=getattr(service, "health_check_grace_period_seconds", None) or 0)
        started: datetime = task.task.started_at
        if service.load_balancers and now() < started + grace:
            return
        if task.health == "UNHEALTHY":
            self._event(service, f"(task {task.task.id}) failed container health checks.")
            self._fail(task, "Task failed container health checks")
            return
        for state, group in self.runtime.load_balancers.states_of(task):
            if state == "unhealthy":
                reason = self.runtime.load_balancers.reason_of(task, group)
                self._event(
                    service,
                    f"(task {task.task.id}) is unhealthy in (target-group {group}) due to (reason {reason})",
                )
                self._fail(task, f"Task failed ELB health checks in (target-group {group})")
                return

    def _fail(self, task: RunningTask, reason: str) -> None:
        task.stop("ServiceSchedulerInitiated", reason)

    # Deployments

    def ended(self, task: RunningTask) -> None:
        """Count a task that ended by itself, and have the next one wait for longer."""
        service, stop_code = self._service_of(task), task.task.stop_code
        scaled_in = task.task.id in self.dismissed
        self.dismissed.discard(task.task.id)
        if service is None or scaled_in or stop_code == "UserInitiated":
            return
        primary = primary_of(service)
        if primary is None or primary["id"] != task.task.started_by:
            return
        primary["failedTasks"] += 1
        wait = min(FIRST_WAIT * 2 ** (primary["failedTasks"] - 1), LONGEST_WAIT)
        self.waits[primary["id"]] = monotonic() + wait
        if primary["failedTasks"] == FEWEST_FAILURES:
            self._event(service, "is unable to consistently start tasks successfully.")
        settings = getattr(service, "deployment_configuration", None) or {}
        breaker = settings.get("deploymentCircuitBreaker") or {}
        most = min(max(math.ceil(service.desired_count / 2), FEWEST_FAILURES), MOST_FAILURES)
        enough = primary["failedTasks"] >= most and primary["rolloutState"] == "IN_PROGRESS"
        if breaker.get("enable") and enough:
            self._give_up(service, primary, breaker.get("rollback", False))

    def _service_of(self, task: RunningTask) -> MotoService | None:
        services = ecs_backends[DEFAULT_ACCOUNT_ID][task.region].services
        cluster, name = task.task.cluster_name, task.task.group.removeprefix("service:")
        return services.get(f"{cluster}:{name}")

    def _give_up(self, service: MotoService, primary: dict[str, Any], rollback: bool) -> None:
        failed = primary["id"]
        primary["rolloutState"] = "FAILED"
        primary["rolloutStateReason"] = "ECS deployment circuit breaker: tasks failed to start."
        self._event(service, f"(deployment {failed}) deployment failed: tasks failed to start.")
        before = next((one for one in service.deployments if one.get("completed")), None)
        if not rollback or before is None or before is primary:
            return
        primary["status"] = "ACTIVE"
        before.update(
            status="PRIMARY",
            rolloutState="IN_PROGRESS",
            rolloutStateReason=f"ECS deployment circuit breaker: rolling back to deploymentId {before['id']}.",
            failedTasks=0,
        )
        service.task_definition = before["taskDefinition"]
        self._event(service, f"(deployment {failed}) rolling back to deployment {before['id']}.")

    def _publish(
        self, service: MotoService, primary: dict[str, Any], desired: int, tasks: list[RunningTask]
    ) -> None:
        """Write the counts and the state of each deployment into moto."""

        def count(states: tuple[str, ...], deployment: dict[str, Any] | None = None) -> int:
            return sum(
                one.task.last_status in states
                and (deployment is None or one.task.started_by == deployment["id"])
                for one in tasks
            )

        starting = ("PROVISIONING", "PENDING", "ACTIVATING")
        service.running_count = count(("RUNNING",))
        service.pending_count = count(starting)
        for deployment in list(service.deployments):
            deployment["runningCount"] = count(("RUNNING",), deployment)
            deployment["pendingCount"] = count(starting, deployment)
            deployment["desiredCount"] = desired if deployment is primary else 0
            remaining = any(one.task.started_by == deployment["id"] for one in tasks)
            if deployment is not primary and not remaining and self._may_go(deployment, primary):
                service.deployments.remove(deployment)
        ready = [
            one
            for one in tasks
            if one.task.started_by == primary["id"] and not one.stopping and self._ready(one)
        ]
        alone = len(tasks) == len(ready) == desired
        if alone:
            primary["failedTasks"] = 0
        if alone and primary["rolloutState"] == "IN_PROGRESS" and service.status == "ACTIVE":
            primary.update(
                rolloutState="COMPLETED",
                rolloutStateReason=f"ECS deployment {primary['id']} completed.",
                completed=True,
                updatedAt=now(),
            )
            service.deployments[:] = [primary]
            self._event(service, f"(deployment {primary['id']}) deployment completed.")
        if not alone:
            self.steady.discard(service.arn)
        elif service.arn not in self.steady:
            self.steady.add(service.arn)
            self._event(service, "has reached a steady state.")
        if service.status == "DRAINING" and not tasks:
            service.status = "INACTIVE"
            service.deployments.clear()

    @staticmethod
    def _may_go(deployment: dict[str, Any], primary: dict[str, Any]) -> bool:
        """Whether an older deployment is over: the last that succeeded stays while a rollback may need it."""
        return not deployment.get("completed") or primary["rolloutState"] != "IN_PROGRESS"

    def _event(self, service: MotoService, text: str) -> None:
        service.events.insert(
            0, {"id": str(uuid4()), "createdAt": now(), "message": f"(service {service.name}) {text}"}
        )
        del service.events[MOST_EVENTS:]


def primary_of(service: MotoService) -> dict[str, Any] | None:
    """The deployment that a service is to have."""
    return next((one for one in service.deployments if one["status"] == "PRIMARY"), None)


def deploy(service: MotoService, task_definition: str, deployment_id: str) -> None:
    """Make a new deployment the service's newest."""
    before = primary_of(service) or {}
    for one in service.deployments:
        one["status"] = "ACTIVE"
    service.deployments.insert(
        0,
        {
            **before,
            "id": deployment_id,
            "status": "PRIMARY",
            "createdAt": now(),
            "updatedAt": now(),
            "completed": False,
            "failedTasks": 0,
            "runningCount": 0,
            "pendingCount": 0,
            "desiredCount": service.desired_count,
            "networkConfiguration": service.network_configuration,
            "taskDefinition": task_definition,
            "rolloutState": "IN_PROGRESS",
            "rolloutStateReason": f"ECS deployment {deployment_id} in progress.",
        },
    )
