"""Refuse a request as AWS does: with the service's own error code, in the shape of its protocol."""

import json
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import botocore
from botocore.model import OperationModel
from moto.core.serialize import SerializationContext, get_serializer_class
from werkzeug.wrappers import Request, Response

from models.constraints import Breach, message

# EC2's model and S3's name no errors, and the others not all of them.
warnings.filterwarnings("ignore", message=".*does not match an error shape")


# Place of what botocore's data state: its version decides.
MODEL = f"botocore {botocore.__version__}"


class Refusal(Exception):
    """An error of AWS's."""

    def __init__(self, code: str, message: str, rule: str = "", place: str = ""):
        super().__init__(message)
        self.code = code
        self.message = message
        # Name of the rule that the request breaks, and its file and line.
        self.rule = rule
        self.place = place


@dataclass(frozen=True)
class Codes:
    """Codes of a service for a request that does not match its model."""

    # A value out of range or of another pattern.
    value: str = "ValidationException"
    # A required member that is missing, where that has a code of its own.
    missing: str | None = None
    # A value of another type.
    type: str = "SerializationException"


# For each service: `pages`, where its API reference has the pages of its operations; `codes`, its codes if it does
# not answer ValidationException, as errors that were seen on AWS and the references (Common Errors) have it;
# `tagCodes`, the codes for a reserved key of a tag, for a key that is there twice, and for too many tags. A code
# that is left out is the one before it.
SERVICES: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "services.json").read_text())

# S3 has a code for each of these headers.
S3_SHAPES = {
    "ServerSideEncryption": "InvalidEncryptionAlgorithmError",
    "StorageClass": "InvalidStorageClass",
}


def codes_of(service: str) -> Codes:
    return Codes(**SERVICES.get(service, {}).get("codes", {}))


def breached(service: str, operation: OperationModel, breaches: list[Breach]) -> Refusal:
    """The error for a request that does not match its operation's model."""
    codes = codes_of(service)
    first = breaches[0]
    code = codes.value
    if first.kind == "missing" and codes.missing:
        code = codes.missing
    elif service == "ecs" and operation.name == "RegisterTaskDefinition":
        code = "ClientException"
    elif service == "s3":
        in_body = first.location is None
        code = codes.value if in_body else S3_SHAPES.get(first.shape, "InvalidArgument")
        if first.shape == "BucketLocationConstraint":
            code = "InvalidLocationConstraint"
    return Refusal(code, message(breaches), f"model.{first.path}", MODEL)


def of_another_type(service: str, message: str) -> Refusal:
    """The error for a value of another type than in the operation's model."""
    return Refusal(codes_of(service).type, message, "model.type", MODEL)


def answer(request: Request, operation: OperationModel, refusal: Refusal) -> Response:
    """The response with the error, in the protocol of the client."""
    model = operation.service_model
    protocol = model.protocol
    if "X-Amz-Target" in request.headers:
        protocol = "json"
    elif "Action" in request.values:
        protocol = "ec2" if protocol == "ec2" else "query"
    serializer = get_serializer_class(model.service_name, protocol)
    response = serializer(operation, SerializationContext("embedded-aws")).serialize(refusal)
    return Response(response["body"], response["status_code"], response["headers"])
