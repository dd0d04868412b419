"""A gate before moto: let through what AWS would accept, refuse the rest, record what is called.

A refusal names its rule in the header x-embedded-aws-rule and, with the rule's file and line, in the
server's log.
"""

import io
import json
import os
import traceback
from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any

import moto
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.responses import BaseResponse
from werkzeug.wrappers import Request, Response

import extensions
import rules
from models.constraints import Checker, wrong_types
from models.requests import AwsRequest, Malformed, read
from recorder import Recorder
from refusals import Refusal, answer, breached, of_another_type

RULE_HEADER = "x-embedded-aws-rule"
NOT_IMPLEMENTED = 501


class Gatekeeper:
    """A WSGI application around moto's."""

    def __init__(self, application: Callable, recorder: Recorder | None = None) -> None:
        self.application = application
        self.recorder = recorder
        self.lock = Lock()
        # `npm run local` prints these when it finishes.
        self.counts = {"calls": 0, "unread": 0, "constraints": 0, "rules": 0, "refused": 0}
        extensions.serves("checks")(
            lambda _: Response(json.dumps(self.counts), mimetype="application/json")
        )

    def __call__(self, environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path.startswith(extensions.PREFIX):
            page = extensions.page_of(path)
            answered = page(Request(environ)) if page else Response(status=404)
            return answered(environ, start_response)
        if path.startswith("/moto-api") or environ.get("HTTP_CONTENT_ENCODING"):
            return self.application(environ, start_response)
        request = Request(environ)
        # Read once here, and once more by moto.
        body = request.get_data(cache=True, parse_form_data=False)
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        try:
            call = read(request, DEFAULT_ACCOUNT_ID)
        except Malformed as error:
            refusal = of_another_type(error.operation.service_model.service_name, str(error))
            self.count(calls=1, refused=1)
            return self.refuse(request, error.operation, refusal)(environ, start_response)
        if call is None:
            self.count(calls=1, unread=1)
            target = request.headers.get("X-Amz-Target", "")
            print(f"Not checked: {request.method} {request.path} {target}", flush=True)
            return self.application(environ, start_response)
        refusal = self.check(call)
        if refusal is not None:
            return self.refuse(request, call.operation, refusal)(environ, start_response)
        if self.recorder is not None:
            self.recorder.record(call, request.headers.get("User-Agent", ""))
        return self.forward(call, environ, start_response)

    def forward(self, call: AwsRequest, environ: dict[str, Any], start_response: Callable):
        """Moto's answer; the parts that wait for the operation are called if it is a success."""
        response = Response.from_app(self.application, environ)
        if response.status_code == NOT_IMPLEMENTED:
            message = f"The embedded AWS does not have {call.service}:{call.name}."
            refusal = Refusal("NotImplemented", message, "moto.missing", f"moto {moto.__version__}")
            response = self.refuse(Request(environ), call.operation, refusal)
        elif response.status_code < 300:
            for follower in extensions.followers.get((call.service, call.name), []):
                follower(call)
        return response(environ, start_response)

    def refuse(self, request: Request, operation, refusal: Refusal) -> Response:
        response = answer(request, operation, refusal)
        response.headers[RULE_HEADER] = refusal.rule
        service = operation.service_model.service_name
        by = f"{refusal.rule} ({refusal.place})"
        print(f"Refused {service} {operation.name}: {refusal.code} by {by}", flush=True)
        return response

    def check(self, call: AwsRequest) -> Refusal | None:
        """The error that AWS would answer, if any."""
        for check in extensions.checks:
            if (refusal := check(call)) is not None:
                refusal.rule = refusal.rule or f"{check.__module__}.{check.__name__}"
                self.count(calls=1, refused=1)
                return refusal
        shape = call.operation.input_shape
        wrong = next(wrong_types(shape, call.json), None) if shape and call.json else None
        if wrong is not None:
            self.count(calls=1, refused=1)
            return of_another_type(call.service, wrong)
        checker = Checker()
        breaches = checker.check(call.operation, call.parameters)
        if breaches:
            self.count(calls=1, constraints=checker.constraints, refused=1)
            return breached(call.service, call.operation, breaches)
        applied = 0
        refusal = None
        for rule in rules.of(call.service, call.name):
            applied += 1
            try:
                refusal = rule.refusal(call)
            except Exception:
                # A rule that moto's state surprised is at fault, not the request.
                print(f"The rule {rule.name} failed:\n{traceback.format_exc()}", flush=True)
            if refusal is not None:
                break
        self.count(
            calls=1, constraints=checker.constraints, rules=applied, refused=refusal is not None
        )
        return refusal

    def count(self, **counts: int) -> None:
        with self.lock:
            for name, more in counts.items():
                self.counts[name] += more


def around(application: Callable) -> Gatekeeper:
    """The gatekeeper, with a recorder if EMBEDDED_AWS_RECORDING names a file."""

    @extensions.replaces(BaseResponse)
    def call_action(call, self):
        try:
            return call(self)
        except NotImplementedError:
            # The SDKs repeat moto's 500: the AWS provider waits for minutes, or without end.
            return NOT_IMPLEMENTED, {}, ""

    file = os.environ.get("EMBEDDED_AWS_RECORDING")
    return Gatekeeper(application, Recorder(file) if file else None)
