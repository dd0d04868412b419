"""Start the embedded AWS on loopback: moto's own server, which refuses what AWS refuses, with the
calls that it lacks.

    python embedded_aws.py PORT RECORD [--plain]

PORT 0 takes any free port. Who starts it writes {"pid": ..., "identity": ...} to the file RECORD; once it
listens, the port is there, too. Where RECORD does not name it, it ends: the program that started it was
killed, and nobody could stop it again.
With --plain moto stays as it is, for the test that tells which gaps it still has.
"""

import json
import os
import signal
import sys
from pathlib import Path

# Read by moto as it is imported: the stacks attach policies that AWS manages.
os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"

from moto.server import DomainDispatcherApplication, create_backend_app  # noqa: E402
from werkzeug.serving import make_server  # noqa: E402

import gatekeeper  # noqa: E402
import moto_gaps  # noqa: E402
import moto_options  # noqa: E402
import retries  # noqa: E402


def main(port: int, record: Path, plain: bool) -> None:
    application = DomainDispatcherApplication(create_backend_app)
    if not plain:
        moto_gaps.close_all()
        moto_options.close_all()
        application = retries.Answers(gatekeeper.around(application))
    server = make_server("127.0.0.1", port, application, threaded=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    known = json.loads(record.read_text()) if record.exists() else {}
    if known.get("pid") != os.getpid():
        sys.exit(f"{record} does not name this process: who started it is gone")
    # Renamed into place: a reader sees the whole record or the one before.
    unfinished = record.with_suffix(f".{os.getpid()}.unfinished")
    unfinished.write_text(json.dumps({**known, "port": server.port}))
    unfinished.replace(record)
    server.serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:] == ["--plain"])
