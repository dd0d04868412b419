"""Which migrations a database has had, wherever Plue's script keeps that."""

import re

import psycopg
from psycopg import sql

# Plue keeps it in schema_version; other tools, and perhaps a later Plue, in one of these names.
TABLE = re.compile(r"(schema_)?(version|migration)s?", re.IGNORECASE)

_TABLES = """
    SELECT class.relname
    FROM pg_catalog.pg_class AS class
    JOIN pg_catalog.pg_attribute AS attribute ON attribute.attrelid = class.oid
    WHERE class.relkind IN ('r', 'p') AND attribute.attname = 'version'
      AND NOT attribute.attisdropped AND pg_catalog.pg_table_is_visible(class.oid)
    ORDER BY class.relname NOT LIKE 'schema%', class.relname
"""


def applied_versions(connection: psycopg.Connection) -> list[str] | None:
    """The versions that were applied, oldest first; None where no table lists them."""
    tables = [name for (name,) in connection.execute(_TABLES) if TABLE.fullmatch(name)]
    if not tables:
        return None
    query = sql.SQL("SELECT version::text FROM {}").format(sql.Identifier(tables[0]))
    return sorted((version for (version,) in connection.execute(query)), key=_in_order)


def _in_order(version: str) -> list[tuple[int, str]]:
    """Numbers in it count as numbers: 9 comes before 11, and 2_b before 10_a."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", version)]
