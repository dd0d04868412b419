"""Where a part of the embedded AWS registers what it does.

A part is a module or package in this folder. embedded_aws.py imports `gaps` and `rules`, and
those that the environment variable EMBEDDED_AWS_PARTS names (`parts` in server.ts), separated by
commas, before it calls `at_start`. A part uses these entry points when it is imported:

    @at_start                          called once, before the first request
    @at_stop                           called when the server ends by SIGTERM, last registered first
    @serves("contents")                answers the paths /embedded-aws/contents and below it
    @after("ecs", "RunTask")           called with the AwsRequest that moto has answered with success
    @refuses                           called with each AwsRequest; returns a Refusal or None
    @replaces(ECRBackend)              instead of moto's method of the same name, which is the first argument
"""

from collections import defaultdict
from collections.abc import Callable
from functools import wraps
from typing import Any

from models.requests import AwsRequest
from refusals import Refusal
from werkzeug.serving import BaseWSGIServer
from werkzeug.wrappers import Request, Response

PREFIX = "/embedded-aws/"

# The server on loopback, before `at_start` is called.
server: BaseWSGIServer | None = None

starts: list[Callable[[], None]] = []
stops: list[Callable[[], None]] = []
pages: dict[str, Callable[[Request], Response]] = {}
followers: dict[tuple[str, str], list[Callable[[AwsRequest], None]]] = defaultdict(list)
checks: list[Callable[[AwsRequest], Refusal | None]] = []


def at_start(function: Callable[[], None]) -> Callable[[], None]:
    starts.append(function)
    return function


def at_stop(function: Callable[[], None]) -> Callable[[], None]:
    stops.insert(0, function)
    return function


def serves(name: str) -> Callable:
    def register(page: Callable[[Request], Response]) -> Callable[[Request], Response]:
        pages[name] = page
        return page

    return register


def after(service: str, *operations: str) -> Callable:
    def register(follower: Callable[[AwsRequest], None]) -> Callable[[AwsRequest], None]:
        for operation in operations:
            followers[service, operation].append(follower)
        return follower

    return register


def refuses(check: Callable[[AwsRequest], Refusal | None]) -> Callable[[AwsRequest], Any]:
    checks.append(check)
    return check


def replaces(owner: type) -> Callable:
    def replace(method: Callable) -> Callable:
        before = getattr(owner, method.__name__)
        around = wraps(before)(lambda *given, **named: method(before, *given, **named))
        setattr(owner, method.__name__, around)
        return around

    return replace


def page_of(path: str) -> Callable[[Request], Response] | None:
    """The part that answers a path, if it is none of AWS's."""
    return pages.get(path.removeprefix(PREFIX).split("/")[0]) if path.startswith(PREFIX) else None
