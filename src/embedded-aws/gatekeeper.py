"""Stand before moto: let through what AWS would accept, refuse the rest, record what is called."""

import io
import json
import os
import traceback
from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from werkzeug.wrappers import Request, Response

import drill
import rules
from aws_requests import AwsRequest, Malformed, read
from model_checks import Checker, wrong_types
from recorder import Recorder
from refusals import Refusal, answer, breached, of_another_type

# Answers what was checked since the start, as JSON.
SUMMARY = "/embedded-aws/checks"


class Gatekeeper:
    """A WSGI application around moto's."""

    def __init__(self, application: Callable, recorder: Recorder | None = None) -> None:
        self.application = application
        self.recorder = recorder
        self.lock = Lock()
        # What a user is told at the end of `npm run local`.
        self.counts = {"calls": 0, "unread": 0, "constraints": 0, "rules": 0, "refused": 0}
        rules.replace_moto_checks()

    def __call__(self, environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == SUMMARY:
            return Response(json.dumps(self.counts), mimetype="application/json")(
                environ, start_response
            )
        if drill.is_asked(path):
            return drill.answer(Request(environ))(environ, start_response)
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
            return answer(request, error.operation, refusal)(environ, start_response)
        if call is None:
            self.count(calls=1, unread=1)
            return self.application(environ, start_response)
        refusal = self.judge(call)
        if refusal is not None:
            return answer(request, call.operation, refusal)(environ, start_response)
        if self.recorder is not None:
            self.recorder.record(call, request.headers.get("User-Agent", ""))
        return self.application(environ, start_response)

    def judge(self, call: AwsRequest) -> Refusal | None:
        """The error that AWS would answer, if any."""
        lost = drill.refusal_in_lost_region(call)
        if lost is not None:
            self.count(calls=1, refused=1)
            return lost
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
                # A rule that moto's state surprised is a fault of the rule's: the log tells of it.
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
    file = os.environ.get("EMBEDDED_AWS_RECORDING")
    return Gatekeeper(application, Recorder(file) if file else None)
