"""Answers a repeated request with the answer of the first time.

A client of an AWS SDK that loses an answer on a busy machine sends the request again, with the same
invocation id. What was done must not be done twice: the state's lock would refuse its own owner.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.wrappers import Response

# The answers that are kept: enough for all that one Terraform can have under way at a time.
KEPT = 1000


class Answers:
    """A WSGI application around another, which remembers the latter's answers."""

    def __init__(self, application: Callable) -> None:
        self.application = application
        self.answers: OrderedDict[str, Response] = OrderedDict()
        self.under_way: dict[str, threading.Lock] = {}
        self.lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        invocation = environ.get("HTTP_AMZ_SDK_INVOCATION_ID")
        if invocation is None:
            return self.application(environ, start_response)
        with self.lock:
            turn = self.under_way.setdefault(invocation, threading.Lock())
        with turn:
            kept = self.answers.get(invocation)
            if kept is None:
                kept = Response.from_app(self.application, environ, buffered=True)
                # An error is no answer that should come again.
                if kept.status_code < 400:
                    self.keep(invocation, kept)
                else:
                    with self.lock:
                        self.under_way.pop(invocation, None)
        return kept(environ, start_response)

    def keep(self, invocation: str, answer: Response) -> None:
        """Keeps an answer, and drops the oldest."""
        with self.lock:
            self.answers[invocation] = answer
            while len(self.answers) > KEPT:
                oldest, _ = self.answers.popitem(last=False)
                self.under_way.pop(oldest, None)
