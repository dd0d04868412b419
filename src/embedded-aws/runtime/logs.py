"""A container's output in CloudWatch Logs, as the log driver awslogs writes it."""

from threading import Thread
from time import time

from docker.models.containers import Container
from moto.core import DEFAULT_ACCOUNT_ID
from moto.logs.models import logs_backends

# Bytes of an event without the 26 that CloudWatch Logs adds. Source: PutLogEvents in the CloudWatch
# Logs API reference.
LONGEST_EVENT = 262_144 - 26
# Seconds that the rest of a log may take after its container has ended.
END_TIMEOUT = 60


class LogFollower:
    """Copies a container's output to a log stream until it ends; a long line becomes several events."""

    def __init__(
        self, container: Container, region: str, group: str, stream: str, since: float | None = None
    ) -> None:
        self.container = container
        self.since = since
        self.backend = logs_backends[DEFAULT_ACCOUNT_ID][region]
        self.group = group
        self.stream = stream
        self.thread = Thread(target=self._follow, daemon=True, name=f"logs {stream}")

    def start(self) -> None:
        """Create the stream and follow the container, which has been started.

        Raises an exception of moto if there is no such log group.
        """
        self.backend.ensure_log_stream(self.group, self.stream)
        self.thread.start()

    def _follow(self) -> None:
        rest, size = b"", 0
        try:
            for chunk in self.container.logs(stream=True, follow=True, since=self.since):
                size += len(chunk)
                *lines, rest = (rest + chunk).split(b"\n")
                if len(rest) >= LONGEST_EVENT:
                    lines, rest = [*lines, rest], b""
                self._put(lines)
            # The engine can end the stream before the last piece of a line without an end.
            rest += self.container.logs(since=self.since)[size:]
        except Exception as error:
            # The engine went away, or the container was removed: its log ends here.
            print(f"The log of {self.stream} ends: {error}", flush=True)
        self._put(rest.split(b"\n"))

    def _put(self, lines: list[bytes]) -> None:
        now = int(time() * 1000)
        parts = (
            line[start : start + LONGEST_EVENT]
            for line in lines
            for start in range(0, len(line), LONGEST_EVENT)
        )
        texts = (part.decode(errors="replace").rstrip("\r") for part in parts)
        events = [{"timestamp": now, "message": text} for text in texts if text]
        if events and self.group in self.backend.groups:
            self.backend.put_log_events(self.group, self.stream, events)
