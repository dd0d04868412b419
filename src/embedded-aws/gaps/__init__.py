"""Calls and attributes that the stacks need and moto does not have: a file for each service.

Each gap is a function that closes it, and only where moto still has it. A test runs plain moto and
reports which gap can be deleted.
"""

from importlib import import_module
from pkgutil import iter_modules

from .registry import GAPS

for module in iter_modules(__path__):
    import_module(f"{__name__}.{module.name}")


def close_all() -> None:
    """Closes every gap that this moto has."""
    for close in GAPS:
        close()
