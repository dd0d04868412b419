"""Start the embedded AWS on loopback: moto's own server, which refuses what AWS refuses, with the
calls that moto does not have.

    python embedded_aws.py PORT RECORD [--plain]

PORT 0 takes any free port. The program that starts it writes {"pid": ..., "identity": ...} to the file
RECORD; this program adds the port once it listens. It ends if RECORD does not name it: the program
that started it was killed, and nothing could stop it again.
With --plain moto stays as it is, for the test that reports which gaps it still has.

Parts register themselves as extensions.py describes.
"""

import importlib
import json
import os
import signal
import sys
from pathlib import Path

# Moto reads it when it is imported: the stacks attach policies that AWS manages.
os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"

from moto.server import DomainDispatcherApplication, create_backend_app  # noqa: E402
from werkzeug.serving import make_server  # noqa: E402

import authorization  # noqa: E402, F401
import extensions  # noqa: E402
import gaps  # noqa: E402
import gatekeeper  # noqa: E402
import retries  # noqa: E402


def main(port: int, record: Path, plain: bool) -> None:
    application = DomainDispatcherApplication(create_backend_app)
    if not plain:
        gaps.close_all()
        for part in filter(None, os.environ.get("EMBEDDED_AWS_PARTS", "").split(",")):
            importlib.import_module(part)
        application = retries.Answers(gatekeeper.around(application))
    server = make_server("127.0.0.1", port, application, threaded=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    known = json.loads(record.read_text()) if record.exists() else {}
    if known.get("pid") != os.getpid():
        sys.exit(f"{record} does not name this process: the program that started it is gone")
    extensions.server = server
    for start in extensions.starts:
        start()
    # Renamed into place: a reader sees the whole record or the one before.
    unfinished = record.with_suffix(f".{os.getpid()}.unfinished")
    unfinished.write_text(json.dumps({**known, "port": server.port}))
    unfinished.replace(record)
    try:
        server.serve_forever()
    finally:
        for stop in extensions.stops:
            stop()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:] == ["--plain"])
