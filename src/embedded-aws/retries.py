"""Answers a repeated request with the answer of the first time.

A client of an AWS SDK that loses an answer on a busy machine sends the request again, with the same
invocation id. What was done must not be done twice: the state's lock would refuse its own owner.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

# The answers that are kept: enough for all that one Terraform can have under way at a time.
KEPT = 1000


class Answers:
    """A WSGI application around another, which remembers the latter's answers."""

    def __init__(self, application: Callable) -> None:
        self.application = application
        self.answers: OrderedDict[str, Any] = OrderedDict()
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
                kept = self.ask(environ)
                # An error is no answer that should come again.
                if kept[0].startswith(("2", "3")):
                    self.keep(invocation, kept)
                else:
                    with self.lock:
                        self.under_way.pop(invocation, None)
        status, headers, body = kept
        start_response(status, headers)
        return [body]

    def ask(self, environ: dict[str, Any]) -> tuple[str, list, bytes]:
        """Asks the application, and takes its answer whole."""
        started: list = []

        def start_response(status: str, headers: list, _error: Any = None) -> Callable:
            started[:] = [status, headers]
            return lambda _: None

        parts = self.application(environ, start_response)
        try:
            body = b"".join(parts)
        finally:
            close = getattr(parts, "close", None)
            if close is not None:
                close()
        return started[0], started[1], body

    def keep(self, invocation: str, answer: tuple[str, list, bytes]) -> None:
        """Keeps an answer, and drops the oldest."""
        with self.lock:
            self.answers[invocation] = answer
            while len(self.answers) > KEPT:
                oldest, _ = self.answers.popitem(last=False)
                self.under_way.pop(oldest, None)
