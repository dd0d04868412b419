"""DATABASE_URL as the environment variables that PostgreSQL's clients and Plue's scripts read."""

import re
from dataclasses import dataclass
from urllib.parse import quote

import psycopg
from psycopg import pq


class DatabaseUrlError(ValueError):
    """DATABASE_URL cannot be used. The message never quotes it, for it holds the password."""


@dataclass(frozen=True)
class Database:
    """Where a database is and how to log in to it."""

    url: str
    host: str
    port: str
    user: str
    password: str
    name: str
    # The URL's other parameters, by the environment variables that libpq reads them from.
    options: dict[str, str]

    @property
    def address(self) -> str:
        """HOST:PORT, fit to be printed."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def environment(self) -> dict[str, str]:
        """What Plue's scripts/migrate.py reads, and libpq below it."""
        return {
            "POSTGRES_HOST": self.host,
            "POSTGRES_PORT": self.port,
            "POSTGRES_USER": self.user,
            "POSTGRES_PASSWORD": self.password,
            "POSTGRES_DB": self.name,
            **self.options,
        }

    def redact(self, text: str) -> str:
        """The text without the password, plain or percent-encoded."""
        for secret in {self.url, self.password, quote(self.password, safe="")} - {""}:
            text = text.replace(secret, "***")
        return text


def parse_database_url(url: str | None) -> Database:
    """Read a URL as libpq does: percent-encoding, IPv6 hosts, sslmode and all its other parameters.

    Raises DatabaseUrlError when it is not there, not a URL of PostgreSQL, or not whole.
    """
    if not url:
        raise DatabaseUrlError("DATABASE_URL is not set; give postgresql://USER:PASSWORD@HOST/NAME")
    if not url.startswith(("postgresql://", "postgres://")):
        raise DatabaseUrlError("DATABASE_URL must start with postgresql://")
    try:
        parsed = pq.Conninfo.parse(url.encode())
    except psycopg.Error:
        # libpq's message quotes the part that it stumbled over: it may be the password.
        raise DatabaseUrlError(
            "DATABASE_URL is not a valid URL: percent-encode special characters in the user and "
            "the password, and use only parameters that PostgreSQL knows"
        ) from None

    given = {option.keyword.decode(): option.val.decode() for option in parsed if option.val}
    host = given.pop("host", "")
    port = given.pop("port", "5432")
    user = given.pop("user", "")
    password = given.pop("password", "")
    name = given.pop("dbname", user)
    # A password with a bare @, / or : spills into the parts after it, which do get printed.
    if not re.fullmatch(r"[\w.:%-]+", host) or not port.isdecimal() or re.search(r"[@/:]", name):
        raise DatabaseUrlError(
            "DATABASE_URL has no single valid HOST or PORT: percent-encode special characters in "
            "the user and the password"
        )
    if not user:
        raise DatabaseUrlError("DATABASE_URL names no user")

    variables = {o.keyword.decode(): o.envvar.decode() for o in parsed if o.envvar}
    unknown = sorted(given.keys() - variables.keys())
    if unknown:
        raise DatabaseUrlError(
            f"DATABASE_URL sets {', '.join(unknown)}, which no environment variable can pass on; "
            "leave it out"
        )
    options = {variables[keyword]: value for keyword, value in given.items()}
    return Database(url, host, port, user, password, name, options)
