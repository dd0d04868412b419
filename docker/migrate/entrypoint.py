"""Bring the schema of the database at DATABASE_URL up to date: `scripts/migrate.py up`.

Exit codes: 0 done; 2 DATABASE_URL cannot be used; 128 + N stopped by signal N; the script's own
when it fails; 1 for any other failure.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import psycopg
from database_url import Database, DatabaseUrlError, parse_database_url
from psycopg import pq
from psycopg.conninfo import make_conninfo
from schema_version import applied_versions

SCRIPT = Path("scripts/migrate.py")
TRANSACTIONS = Path(__file__).with_name("transactions.py")
# By this name the script's connections are known in the server.
SCRIPT_NAME = "plue-migrate-script"
# "plue" in ASCII: any number, as long as every migration takes the same.
LOCK = 0x706C7565
# How long the script, and then the server, may take to undo a migration.
STOP_SECONDS = 30


class Failure(Exception):
    """The migration cannot go on; the message has the reason and what to do."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


class Stopped(BaseException):
    """A signal asks for the end. Not an Exception: no handler of errors may swallow it."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def stop(number: int, _frame: FrameType | None) -> None:
    raise Stopped(number)


def say(message: str) -> None:
    # In one write: a signal can come between two.
    print(f"plue-migrate: {message}\n", end="", flush=True)


def wait_until_up(database: Database, seconds: float) -> None:
    """Ask until the server takes connections. A refused login is an answer too: that comes later."""
    # Without password, hence without TLS: nothing secret is sent.
    question = make_conninfo(
        host=database.host,
        port=database.port,
        user=database.user,
        dbname=database.name,
        sslmode="disable",
        gssencmode="disable",
        connect_timeout=5,
    ).encode()
    deadline = time.monotonic() + seconds
    next_word = 0.0
    while (answer := pq.PGconn.ping(question)) != pq.Ping.OK:
        reason = "it is starting up" if answer == pq.Ping.REJECT else "no answer"
        now = time.monotonic()
        if now >= deadline:
            raise Failure(
                f"{database.address} took no connection within {seconds:g} s ({reason}). Check "
                "that the database runs and that its security group lets this task in"
            )
        if now >= next_word:
            say(f"waiting for {database.address}: {reason}")
            next_word = now + 10
        time.sleep(min(1, deadline - now))


def connect(database: Database) -> psycopg.Connection:
    try:
        # Keepalives: this connection holds the lock and is silent while the script runs.
        return psycopg.connect(
            database.url,
            autocommit=True,
            connect_timeout=10,
            keepalives_idle=30,
            application_name="plue-migrate",
            # A database in SQL_ASCII would answer in bytes.
            client_encoding="utf8",
        )
    except psycopg.OperationalError as error:
        raise Failure(f"cannot log in to {database.address}: {error}") from None


@contextmanager
def lock(connection: psycopg.Connection, seconds: int) -> Iterator[None]:
    """Hold the database's migration lock; it goes with the connection, however that ends."""
    if not ask(connection, f"SELECT pg_try_advisory_lock({LOCK})"):
        say("another migration is running: waiting for it")
        connection.execute(f"SET lock_timeout = '{seconds}s'")
        try:
            connection.execute(f"SELECT pg_advisory_lock({LOCK})")
        except psycopg.errors.LockNotAvailable:
            raise Failure(f"another migration still runs after {seconds} s") from None
        except Stopped:
            # A connection that waits for an answer has nothing to roll back, and would report that.
            connection.cancel()
            connection.close()
            raise
    yield
    if not ask(connection, f"SELECT pg_advisory_unlock({LOCK})"):
        raise Failure("the lock was lost while the script ran: another migration may have run too")


def ask(connection: psycopg.Connection, query: str) -> object:
    row = connection.execute(query).fetchone()
    return row[0] if row else None


def end_script_in_server(connection: psycopg.Connection) -> None:
    """End what a script has left running in the server, and wait until it is undone.

    A server goes on with a statement whose client is gone. The lock is ours, so that none of these
    connections belongs to another migration that is still wanted.
    """
    deadline = time.monotonic() + STOP_SECONDS
    while count := ask(
        connection,
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
        f"WHERE application_name = '{SCRIPT_NAME}' "
        "AND datname = current_database() AND usename = current_user",
    ):
        if time.monotonic() > deadline:
            raise Failure(
                f"{count} connection(s) named {SCRIPT_NAME} still run in the server after "
                f"{STOP_SECONDS} s: see them in pg_stat_activity, and run this again once they are gone"
            )
        time.sleep(0.1)


def run_script(database: Database, autocommit: bool) -> None:
    """Run Plue's script, and pass on what it prints as it comes, without the password."""
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    process = subprocess.Popen(
        [sys.executable, "-u", *([] if autocommit else [str(TRANSACTIONS)]), str(SCRIPT), "up"],
        env=environment | database.environment() | {"PGAPPNAME": SCRIPT_NAME},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    advice = ""
    try:
        for line in process.stdout or ():
            print(database.redact(line), end="", flush=True)
            if "cannot run inside a transaction block" in line:
                advice = ". Run this once with --autocommit for a statement that allows no transaction"
        code = process.wait()
    except Stopped:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        raise
    if code < 0:
        raise Failure(f"{SCRIPT} was killed by signal {-code}", 128 - code)
    if code > 0:
        raise Failure(f"{SCRIPT} failed with exit code {code}: see its output above{advice}", code)


def report(before: list[str] | None, after: list[str] | None) -> None:
    if after is None:
        say("done; the script's output above lists what it applied")
        return
    new = [version for version in after if version not in (before or [])]
    at = after[-1] if after else "its start"
    say(f"applied {', '.join(new)}: the schema is at {at}" if new else f"nothing to apply: the schema is at {at}")


def migrate(database: Database, wait: float, lock_wait: int, autocommit: bool) -> None:
    if not SCRIPT.is_file():
        raise Failure(f"{SCRIPT} is not in {Path.cwd()}: build the image with Plue's source")
    wait_until_up(database, wait)
    with connect(database) as connection, lock(connection, lock_wait):
        # One that was killed together with its entry point may have left its work running.
        end_script_in_server(connection)
        before = applied_versions(connection)
        try:
            run_script(database, autocommit)
        except BaseException:
            # From here on the end is near; another signal must not keep it from being a clean one.
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_IGN)
            end_script_in_server(connection)
            versions = applied_versions(connection)
            say(
                f"the schema is at {versions[-1] if versions else 'its start'}"
                + ("; with --autocommit, part of the next migration may be applied" if autocommit else "")
            )
            raise
        report(before, applied_versions(connection))


def main() -> int:
    parser = argparse.ArgumentParser(prog="plue-migrate", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--wait", type=float, default=60, metavar="SECONDS",
        help="how long the database may take to come up (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--lock-wait", type=int, default=900, metavar="SECONDS",
        help="how long another migration may take (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--autocommit", action="store_true",
        help="let the script commit each statement, rather than each migration as a whole",
    )  # fmt: skip
    arguments = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)

    hide = str
    try:
        database = parse_database_url(os.environ.get("DATABASE_URL"))
        hide = database.redact
        migrate(database, arguments.wait, arguments.lock_wait, arguments.autocommit)
    except DatabaseUrlError as error:
        print(f"plue-migrate: {error}", file=sys.stderr)
        return 2
    except (Failure, psycopg.Error) as error:
        print(f"plue-migrate: {hide(str(error)).strip()}", file=sys.stderr)
        return error.code if isinstance(error, Failure) else 1
    except Stopped as stopped:
        print(f"plue-migrate: stopped by {signal.Signals(stopped.number).name}", file=sys.stderr)
        return 128 + stopped.number
    return 0


if __name__ == "__main__":
    sys.exit(main())
