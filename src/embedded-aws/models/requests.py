"""Read a request as AWS would: which operation of which service, and with which parameters."""

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from botocore.exceptions import UnknownServiceError
from moto.core.model import OperationModel, ServiceModel
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.utils import get_service_model
from werkzeug.wrappers import Request

# Services that sign with another name than botocore knows them by.
SIGNING_NAMES = {
    "eventbridge": "events",
    "elasticfilesystem": "efs",
    "monitoring": "cloudwatch",
    "servicequotas": "service-quotas",
    "tagging": "resourcegroupstaggingapi",
}


@dataclass(frozen=True)
class AwsRequest:
    """A request to an operation."""

    service: str
    operation: OperationModel
    region: str
    account: str
    # Values of an XML or JSON body, a form, the path, the query and the headers, by member name.
    parameters: dict[str, Any]
    access_key: str = ""
    # The JSON body as it came, for the types of its values; None for the other protocols.
    json: Any = None

    @property
    def name(self) -> str:
        return self.operation.name


class Malformed(Exception):
    """The request has a value of another type than in the operation's model."""

    def __init__(self, operation: OperationModel, message: str):
        super().__init__(message)
        self.operation = operation


def read(request: Request, account: str) -> AwsRequest | None:
    """The operation that a request calls, or None where it is not known.

    Raises Malformed if a number is none.
    """
    scope = re.search(
        r"Credential=([^/]+)/\d+/([^/]*)/([^/]+)/", request.headers.get("Authorization", "")
    )
    if scope is None:
        return None
    access_key, region, signing_name = scope.groups()
    service, model = find_service(signing_name, request)
    if model is None:
        return None
    found = find_operation(model, request)
    if found is None:
        return None
    operation, protocol, url_params = found
    shape = operation.input_shape
    streams = shape is not None and is_stream(shape)
    body = b"" if streams else request.get_data(cache=True, parse_form_data=False)
    values = request.values if protocol in ("query", "ec2") else request.args
    parser = PROTOCOL_PARSERS[protocol](operation)
    try:
        parameters = parser.parse(
            {
                "body": body,
                "headers": request.headers,
                "method": request.method,
                "url_params": url_params,
                "url_path": request.path,
                "values": values,
            }
        )
    except ValueError as error:
        # Messages of Python for int("x") and float("x").
        if "invalid literal" in str(error) or "could not convert" in str(error):
            raise Malformed(operation, str(error)) from error
        return None
    except Exception:
        # Whatever the parser cannot read is moto's to answer.
        return None
    raw = json_body(body) if protocol == "json" else None
    return AwsRequest(service, operation, region, account, parameters or {}, access_key, raw)


def find_service(signing_name: str, request: Request) -> tuple[str, ServiceModel | None]:
    name = SIGNING_NAMES.get(signing_name.lower(), signing_name.lower())
    if name == "elasticloadbalancing":
        name = "elb" if request.values.get("Version") == "2012-06-01" else "elbv2"
    if name == "s3" and request.path.startswith("/v20180820/"):
        name = "s3control"
    if name == "dynamodb" and request.headers.get("X-Amz-Target", "").startswith("DynamoDBStreams"):
        name = "dynamodbstreams"
    try:
        return name, get_service_model(name)
    except UnknownServiceError:
        return name, None


def find_operation(
    model: ServiceModel, request: Request
) -> tuple[OperationModel, str, dict[str, str]] | None:
    """The operation, the protocol that the client speaks, and the values in the path."""
    if target := request.headers.get("X-Amz-Target"):
        name, protocol, url_params = target.rsplit(".", 1)[-1], "json", {}
    elif name := request.values.get("Action"):
        protocol, url_params = ("ec2" if model.protocol == "ec2" else "query"), {}
    elif model.protocol in ("rest-json", "rest-xml"):
        routed = route(model, request)
        if routed is None:
            return None
        name, url_params = routed
        protocol = model.protocol
    else:
        return None
    if name not in model.operation_names:
        return None
    return model.operation_model(name), protocol, url_params


@dataclass(frozen=True)
class Route:
    operation: str
    method: str
    path: re.Pattern[str]
    query: dict[str, str]
    # Required members in a header or in the query: they distinguish operations of S3
    # that share a path, such as CopyObject and PutObject.
    headers: tuple[str, ...]
    arguments: tuple[str, ...]
    specific: tuple[int, int, int]


@cache
def routes(service: str) -> list[Route]:
    model = get_service_model(service)
    operations = map(model.operation_model, model.operation_names)
    return sorted(
        # S3's older ways to set a life cycle and notifications have the path of the newer ones.
        (make_route(operation) for operation in operations if not operation.deprecated),
        key=lambda route: route.specific,
        reverse=True,
    )


def make_route(operation: OperationModel) -> Route:
    path, _, query = operation.http["requestUri"].partition("?")
    pattern = ""
    for literal, name, greedy in re.findall(r"([^{]+)|\{([^}+]+)(\+?)\}", path):
        pattern += re.escape(literal) if literal else f"({'.+' if greedy else '[^/]+'})"
    shape = operation.input_shape
    required = {
        location: tuple(
            member.serialization.get("name", name)
            for name, member in (shape.members.items() if shape else ())
            if name in shape.required_members and member.serialization.get("location") == location
        )
        for location in ("header", "querystring")
    }
    literals = dict(part.partition("=")[::2] for part in query.split("&") if part)
    # Names the operation; not every client sends it.
    literals.pop("x-id", None)
    specific = (
        len(re.sub(r"\{[^}]*\}", "", path).rstrip("/")),
        len(literals) + len(required["querystring"]),
        len(required["header"]),
    )
    return Route(
        operation.name,
        operation.http["method"],
        re.compile(pattern.rstrip("/") + "/?"),
        literals,
        required["header"],
        required["querystring"],
        specific,
    )


def route(model: ServiceModel, request: Request) -> tuple[str, dict[str, str]] | None:
    path = request.path
    candidates = [
        (candidate, match)
        for candidate in routes(model.service_name)
        if candidate.method == request.method
        and all(
            name in request.args and (not value or request.args[name] == value)
            for name, value in candidate.query.items()
        )
        and all(name in request.args for name in candidate.arguments)
        and all(name in request.headers for name in candidate.headers)
        and (match := candidate.path.fullmatch(path))
    ]
    if not candidates:
        return None
    found, match = candidates[0]
    uri = model.operation_model(found.operation).http["requestUri"].partition("?")[0]
    names = re.findall(r"\{([^}+]+)\+?\}", uri)
    return found.operation, dict(zip(names, match.groups()))


def is_stream(shape) -> bool:
    """Whether the body is bytes of the caller's, such as an object's content."""
    payload = shape.serialization.get("payload")
    return payload is not None and shape.members[payload].type_name == "blob"


def json_body(body: bytes) -> Any:
    try:
        return json.loads(body or b"{}")
    except ValueError:
        return None
