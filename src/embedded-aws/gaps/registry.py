"""How a gap is declared, and where it keeps what it needs to remember."""

from collections.abc import Callable

GAPS: list[Callable[[], None]] = []


def gap(close: Callable[[], None]) -> Callable[[], None]:
    """Registers the function that closes a gap of moto. It does nothing where moto has closed it."""
    GAPS.append(close)
    return close


def add(response: type, *calls: Callable) -> None:
    """Adds the calls that moto's response class does not have."""
    for call in calls:
        if not hasattr(response, call.__name__):
            setattr(response, call.__name__, call)


def store(backend, name):
    """A dictionary of our own on a backend of moto, which forgets it when it is reset."""
    if not hasattr(backend, name):
        setattr(backend, name, {})
    return getattr(backend, name)
