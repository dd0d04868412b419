"""Run a script that commits every statement by itself so that each of its migrations is all or nothing.

    python transactions.py SCRIPT [ARGUMENT...]

Plue's script asks psycopg2 for autocommit, applies a migration, and then records its version: an end
in between would leave a schema on which every later run fails. Here that autocommit stands for a
transaction that ends with the statement which records a version, and at the end of a script that
succeeds. Whatever else ends the script undoes the migration that was under way.
"""

import functools
import re
import runpy
import sys
from pathlib import Path

import psycopg2
from psycopg2 import extensions
from schema_version import TABLE

_RECORDS_VERSION = re.compile(
    rf'\s*(INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+("?\w+"?\.)?"?({TABLE.pattern})"?\b', re.IGNORECASE
)


class Cursor(extensions.cursor):
    """Commits with the statement that records a version."""

    def execute(self, query, vars=None):
        super().execute(query, vars)
        if self.connection.holds and _RECORDS_VERSION.match(str(query)):
            self.connection.commit()


class Connection(extensions.connection):
    """One transaction a migration, where the script asks for autocommit."""

    opened: list["Connection"] = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # True while autocommit is kept from taking effect.
        self.holds = False
        self.opened.append(self)

    def cursor(self, *args, **kwargs):
        kwargs.setdefault("cursor_factory", Cursor)
        return super().cursor(*args, **kwargs)

    def set_isolation_level(self, level):
        self.holds = level == extensions.ISOLATION_LEVEL_AUTOCOMMIT
        if not self.holds:
            super().set_isolation_level(level)

    def set_session(self, *args, autocommit=None, **kwargs):
        if autocommit is not None:
            self.holds = bool(autocommit)
        super().set_session(*args, **kwargs)

    @property
    def autocommit(self):
        return self.holds

    @autocommit.setter
    def autocommit(self, value):
        self.holds = bool(value)

    def close(self):
        # How the script ends decides whether the last statements stay.
        if not self.holds:
            super().close()

    def finish(self):
        if self.holds and not self.closed:
            self.commit()


def main() -> None:
    script, *arguments = sys.argv[1:]
    psycopg2.connect = functools.partial(psycopg2.connect, connection_factory=Connection)
    sys.argv = [script, *arguments]
    sys.path[0] = str(Path(script).resolve().parent)
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as end:
        if end.code not in (None, 0):
            raise
    for connection in Connection.opened:
        connection.finish()


if __name__ == "__main__":
    main()
