"""Services of ECS: as many healthy tasks as desired, rolling deployments, the circuit breaker."""

import math
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum
from time import monotonic
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from moto.applicationautoscaling.models import applicationautoscaling_backends
from moto.core import DEFAULT_ACCOUNT_ID
from moto.ecs.models import Service as MotoService
from moto.ecs.models import ecs_backends

from . import events
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


class State(IntEnum):
    """How far a task is; a service stops tasks in this order."""

    FAILED = 0  # a health check of its containers or of a target group
    STARTING = 1
    READY = 2


@dataclass(frozen=True)
class Plan:
    """Tasks of the newest deployment and of the one before it to start and to stop, the least ready first."""

    start_new: int
    start_old: int
    stop_new: int
    stop_old: int


def plan(bounds: Bounds, new: list[State], old: list[State], replace_old: bool = True) -> Plan:
    """The next step of a service from the states of its tasks.

    A failed task runs until its replacement is ready, as long as the maximum allows one more. With
    replace_old, a lost task of the deployment before is replaced by one of the same, while the new tasks
    are not ready. Source: "Amazon ECS services" and "Amazon ECS rolling deployments" in the Amazon ECS
    developer guide.
    """
    if not bounds.desired:
        return Plan(0, 0, len(new), len(old))
    ready_new, failed_new = new.count(State.READY), new.count(State.FAILED)
    ready_old, failed_old = old.count(State.READY), old.count(State.FAILED)
    fit_new, fit_old = len(new) - failed_new, len(old) - failed_old
    needed_old = max(0, bounds.least - ready_new)
    missing_old = max(0, needed_old - fit_old) if replace_old else 0
    missing_new = max(0, bounds.desired - fit_new)
    room = max(0, bounds.most - len(new) - len(old))
    start_old = min(missing_old, room)
    start_new = min(missing_new, room - start_old)

    def replaced(failed: int, ready: int, wanted: int) -> int:
        return min(failed, max(0, failed + ready - wanted))

    stop_new = max(0, fit_new - bounds.desired) + replaced(failed_new, ready_new, bounds.desired)
    stop_old = max(0, fit_old - needed_old) + replaced(failed_old, ready_new + ready_old, bounds.least)
    if missing_old + missing_new and not room and not stop_new + stop_old:
        # No task can be added before a failed one has gone.
        stop_new = min(failed_new, 1)
        stop_old = min(failed_old, 1 - stop_new)
    return Plan(start_new, start_old, stop_new, stop_old)


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
        primary = primary_of(service)
        if primary is None:
            return
        desired = self._desired(service) if service.status == "ACTIVE" else 0
        settings = settings_of(service)
        percents = settings.get("minimumHealthyPercent", 100), settings.get("maximumPercent", 200)
        bounds = Bounds(desired, *percents)
        serving = self._serving(service)
        new, old = [], []
        current = [(self._state(service, one), one) for one in tasks if not one.stopping]
        for state, task in sorted(current, key=lambda one: (one[0], one[1].task.created_at)):
            if task.task.started_by == primary["id"]:
                new.append((state, task))
            elif state == State.READY or (serving and task.task.started_by == serving["id"]):
                old.append((state, task))
            else:
                self._stop(service, task, state)
        step = plan(bounds, [one for one, _ in new], [one for one, _ in old], serving is not None)
        self._start(backend, service, primary, step.start_new)
        self._start(backend, service, serving, step.start_old)
        for state, task in [*new[: step.stop_new], *old[: step.stop_old]]:
            self._stop(service, task, state)
        self._publish(service, primary, desired, tasks)

    @staticmethod
    def _serving(service: MotoService) -> dict[str, Any] | None:
        """The last deployment that succeeded, if a newer one has not yet."""
        return next(
            (one for one in service.deployments if one.get("completed") and one["status"] != "PRIMARY"), None
        )

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

    def _start(
        self, backend: Any, service: MotoService, deployment: dict[str, Any] | None, count: int
    ) -> None:
        if not count or deployment is None or deployment["rolloutState"] == "FAILED":
            return
        wait = self.waits.get(deployment["id"], 0) - monotonic()
        if wait > 0:
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
            report(service, f"has started 1 tasks: (task {task.id}).")

    def _stop(self, service: MotoService, task: RunningTask, state: State) -> None:
        """Stop a task that failed, or that is no longer wanted."""
        problem = self._problem(service, task) if state == State.FAILED else None
        if problem:
            event, reason = problem
            report(service, f"(task {task.task.id}) {event}")
        else:
            reason = f"Scaling activity initiated by (deployment {task.task.started_by})"
            self.dismissed.add(task.task.id)
            report(service, f"has stopped 1 running tasks: (task {task.task.id}).")
        if service.load_balancers and task.task.last_status == "RUNNING":
            report(service, "has begun draining connections on 1 tasks.")
        task.stop("ServiceSchedulerInitiated", reason)

    def _register(self, service: MotoService, task: RunningTask) -> None:
        """Register a task that runs with the service's target groups."""
        if task.task.last_status != "RUNNING" or task.stopping:
            return
        for balancer in service.load_balancers:
            group, port = balancer.get("targetGroupArn"), balancer.get("containerPort")
            if group and self.runtime.load_balancers.register(group, task, port):
                report(service, f"registered 1 targets in (target-group {group})")

    def _ready(self, task: RunningTask) -> bool:
        """Whether a task is healthy for its containers and for every target group."""
        targets = self.runtime.load_balancers.targets_of(task)
        return task.healthy and all(one.state == "healthy" for _, one in targets)

    def _state(self, service: MotoService, task: RunningTask) -> State:
        if self._ready(task):
            return State.READY
        return State.FAILED if self._problem(service, task) else State.STARTING

    def _problem(self, service: MotoService, task: RunningTask) -> tuple[str, str] | None:
        """The failed health check of a task, for an event and for the reason that it is stopped for."""
        if task.task.last_status != "RUNNING":
            return None
        grace = timedelta(seconds=getattr(service, "health_check_grace_period_seconds", None) or 0)
        left = (task.task.started_at + grace - now()).total_seconds()
        if service.load_balancers and left > 0:
            self.runtime.kick_after(left)
            return None
        if task.health == "UNHEALTHY":
            return "failed container health checks.", "Task failed container health checks"
        for group, target in self.runtime.load_balancers.targets_of(task):
            if target.state == "unhealthy":
                return (
                    f"is unhealthy in (target-group {group}) due to (reason {target.description})",
                    f"Task failed ELB health checks in (target-group {group})",
                )
        return None

    # Deployments

    def ending(self, task: RunningTask) -> None:
        """Count a task that ends by itself, and have the next one wait for longer."""
        service, stop_code = self._service_of(task), task.task.stop_code
        scaled_in = task.task.id in self.dismissed
        self.dismissed.discard(task.task.id)
        if service is None or scaled_in or stop_code == "UserInitiated":
            return
        failed = next((one for one in service.deployments if one["id"] == task.task.started_by), None)
        if failed is None:
            return
        failed["failedTasks"] += 1
        wait = min(FIRST_WAIT * 2 ** (failed["failedTasks"] - 1), LONGEST_WAIT)
        self.waits[failed["id"]] = monotonic() + wait
        primary = primary_of(service)
        if failed is not primary:
            return
        if primary["failedTasks"] == FEWEST_FAILURES:
            report(service, "is unable to consistently start tasks successfully.")
            events.service_acted(service, "SERVICE_TASK_START_IMPAIRED")
        breaker = settings_of(service).get("deploymentCircuitBreaker") or {}
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
        rollout(service, primary, "FAILED", "ECS deployment circuit breaker: tasks failed to start.")
        report(service, f"(deployment {failed}) deployment failed: tasks failed to start.")
        before = self._serving(service)
        if not rollback or before is None:
            return
        primary["status"] = "ACTIVE"
        before.update(status="PRIMARY", failedTasks=0)
        reason = f"ECS deployment circuit breaker: rolling back to deploymentId {before['id']}."
        rollout(service, before, "IN_PROGRESS", reason)
        service.task_definition = before["taskDefinition"]
        report(service, f"(deployment {failed}) rolling back to deployment {before['id']}.")

    def _publish(
        self, service: MotoService, primary: dict[str, Any], desired: int, tasks: list[RunningTask]
    ) -> None:
        """Write the counts and the state of each deployment into moto."""

        def counts(tasks: list[RunningTask]) -> dict[str, int]:
            statuses = [one.task.last_status for one in tasks]
            pending = sum(one in ("PROVISIONING", "PENDING", "ACTIVATING") for one in statuses)
            return {"runningCount": statuses.count("RUNNING"), "pendingCount": pending}

        service.running_count, service.pending_count = counts(tasks).values()
        for deployment in list(service.deployments):
            own = [one for one in tasks if one.task.started_by == deployment["id"]]
            deployment.update(counts(own), desiredCount=desired if deployment is primary else 0)
            if deployment not in (primary, self._serving(service)) and not own:
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
            primary["completed"] = True
            service.deployments[:] = [primary]
            rollout(service, primary, "COMPLETED", f"ECS deployment {primary['id']} completed.")
            report(service, f"(deployment {primary['id']}) deployment completed.")
        if not alone:
            self.steady.discard(service.arn)
        elif service.arn not in self.steady:
            self.steady.add(service.arn)
            report(service, "has reached a steady state.")
            events.service_acted(service, "SERVICE_STEADY_STATE")
        if service.status == "DRAINING" and not tasks:
            service.status = "INACTIVE"
            service.deployments.clear()


def settings_of(service: MotoService) -> dict[str, Any]:
    """The deployment configuration of a service."""
    return getattr(service, "deployment_configuration", None) or {}


def primary_of(service: MotoService) -> dict[str, Any] | None:
    """The deployment that a service is to have."""
    return next((one for one in service.deployments if one["status"] == "PRIMARY"), None)


def rollout(service: MotoService, deployment: dict[str, Any], state: str, reason: str) -> None:
    """Set the state of a deployment."""
    deployment.update(rolloutState=state, rolloutStateReason=reason, updatedAt=now())
    events.deployment_changed(service, deployment)


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
            "completed": False,
            "failedTasks": 0,
            "runningCount": 0,
            "pendingCount": 0,
            "desiredCount": service.desired_count,
            "networkConfiguration": service.network_configuration,
            "taskDefinition": task_definition,
        },
    )
    begin(service)


def begin(service: MotoService) -> None:
    """Begin the newest deployment of a service."""
    strategy = settings_of(service).get("strategy", "ROLLING")
    if strategy != "ROLLING":
        report(service, f"is deployed by ROLLING: the embedded AWS does not run the strategy {strategy}.")
    newest = service.deployments[0]
    rollout(service, newest, "IN_PROGRESS", f"ECS deployment {newest['id']} in progress.")


def report(service: MotoService, text: str) -> None:
    """Add to a service's events."""
    message = f"(service {service.name}) {text}"
    service.events.insert(0, {"id": str(uuid4()), "createdAt": now(), "message": message})
    del service.events[MOST_EVENTS:]
