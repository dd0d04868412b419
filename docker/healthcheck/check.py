"""Look once at a running Plue and exit 1 unless all of it is well.

WEB_URL and API_URL are the services' addresses, DATABASE_URL the database. SCHEMA_VERSION is the
version that the schema must be at; without it, any applied migration will do.
"""

import http.client
import os
import sys
import urllib.request
from collections.abc import Callable

import psycopg
from database_url import DatabaseUrlError, parse_database_url
from schema_version import applied_versions

TIMEOUT_SECONDS = 5


class Unwell(Exception):
    """What is wrong, in a few words."""


def setting(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise Unwell(f"{name} is not set")
    return value.rstrip("/")


def get(url: str) -> http.client.HTTPResponse:
    try:
        return urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unwell(f"{url}: {error}") from None


def page() -> str:
    url = f"{setting('WEB_URL')}/"
    with get(url) as response:
        if response.headers.get_content_type() != "text/html":
            raise Unwell(f"{url}: is {response.headers.get_content_type()}, not text/html")
        if b'src="/plue-config.js"' not in response.read():
            raise Unwell(f"{url}: is not Plue's page, or does not load its settings")
    return url


def page_settings() -> str:
    url = f"{setting('WEB_URL')}/plue-config.js"
    with get(url) as response:
        if b'"API_ENDPOINT"' not in response.read():
            raise Unwell(f"{url}: does not set API_ENDPOINT")
    return url


def health(variable: str) -> Callable[[], str]:
    def check() -> str:
        url = f"{setting(variable)}/health"
        with get(url) as response:
            if response.status != 200:
                raise Unwell(f"{url}: HTTP {response.status}")
        return url

    return check


def schema() -> str:
    try:
        database = parse_database_url(os.environ.get("DATABASE_URL"))
    except DatabaseUrlError as error:
        raise Unwell(str(error)) from None
    try:
        with psycopg.connect(
            database.url, connect_timeout=TIMEOUT_SECONDS, client_encoding="utf8"
        ) as connection:
            versions = applied_versions(connection)
    except psycopg.Error as error:
        raise Unwell(database.redact(str(error)).strip()) from None
    if not versions:
        raise Unwell("no migration has been applied")
    expected = os.environ.get("SCHEMA_VERSION") or versions[-1]
    if versions[-1] != expected:
        raise Unwell(f"at {versions[-1]}, expected {expected}")
    return f"at {versions[-1]}"


CHECKS = {
    "page": page,
    "page settings": page_settings,
    "web /health": health("WEB_URL"),
    "API /health": health("API_URL"),
    "schema": schema,
}


def main() -> int:
    failed = 0
    for name, check in CHECKS.items():
        try:
            print(f"ok    {name}: {check()}")
        except Unwell as reason:
            failed += 1
            print(f"FAIL  {name}: {reason}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
