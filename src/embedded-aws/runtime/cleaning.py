"""Remove what an embedded AWS has in the Docker engine.

    python -m runtime.cleaning HOME

Everything is labelled with the identity of the state folder, so a killed run's is found by the next.
"""

import hashlib
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .engine import OWNER, Engine, connect, quietly, remove


def identity_of(home: Path) -> str:
    """Identity of the embedded AWS of one clone."""
    return hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:12]


def sweep(engine: Engine) -> None:
    """Remove every container, network and volume of this identity."""
    client = engine.client
    mine = {"label": f"{OWNER}={engine.identity}"}
    with ThreadPoolExecutor(8) as several:
        list(several.map(remove, client.containers.list(all=True, filters=mine, ignore_removed=True)))
    for volume in client.volumes.list(filters=mine):
        quietly(volume.remove, force=True)
    for network in client.networks.list(filters=mine):
        quietly(network.remove)


if __name__ == "__main__":
    found = connect()
    if found is not None:
        sweep(Engine(found, identity_of(Path(sys.argv[1]))))
