"""Run what the embedded AWS holds, tasks, services, load balancers and databases, where a Docker engine
answers. Without one moto stays as it is."""

import json
import os
from pathlib import Path

from extensions import after, at_start, at_stop, serves
from models.requests import AwsRequest
from werkzeug.wrappers import Request, Response

running = None

# Calls after which something else may have to run.
CHANGES = {
    "application-autoscaling": ["RegisterScalableTarget"],
    "ecr": ["CreateRepository", "DeleteRepository"],
    "ecs": ["CreateService", "UpdateService", "DeleteService", "RunTask"],
    "elbv2": [
        *("CreateListener", "ModifyListener", "DeleteListener", "DeleteLoadBalancer"),
        *("RegisterTargets", "DeregisterTargets", "DeleteTargetGroup"),
    ],
    "rds": [
        *("CreateDBInstance", "ModifyDBInstance", "DeleteDBInstance", "RebootDBInstance"),
        *("StartDBInstance", "StopDBInstance", "RestoreDBInstanceToPointInTime"),
        *("RestoreDBInstanceFromDBSnapshot", "ModifyDBParameterGroup", "ResetDBParameterGroup"),
    ],
}


@at_start
def start() -> None:
    global running
    from .cleaning import identity_of
    from .engine import Engine, connect
    from .reconciler import Runtime

    home = Path(os.environ["EMBEDDED_AWS_HOME"])
    client = connect()
    if client is not None:
        running = Runtime(Engine(client, identity_of(home)), home).start()


@at_stop
def stop() -> None:
    if running is not None:
        running.stop()


@serves("runtime")
def describe(_: Request) -> Response:
    found = running.describe() if running else {"engine": None, "urls": [], "problems": []}
    return Response(json.dumps(found), mimetype="application/json")


def compare(_: AwsRequest) -> None:
    if running is not None:
        running.kick()


for service, operations in CHANGES.items():
    after(service, *operations)(compare)
