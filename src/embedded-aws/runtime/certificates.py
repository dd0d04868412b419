"""An authority of our own, in the place of those that sign the certificates of RDS and ACM."""

import fnmatch
from collections.abc import Callable
from functools import cache
from ssl import PROTOCOL_TLS_SERVER, SSLContext

from trustme import CA

# The names of a certificate that ACM does not have.
LOCAL = ("localhost", "127.0.0.1")


class Authority:
    """Signs certificates for as long as the embedded AWS runs."""

    def __init__(self) -> None:
        self.ca = CA(organization_name="Embedded AWS")
        self.bundle = self.ca.cert_pem.bytes()
        self.context = cache(self._context)

    def issue(self, *names: str) -> tuple[bytes, bytes]:
        """A certificate for host names, and its key."""
        made = self.ca.issue_cert(*names)
        return made.cert_chain_pems[0].bytes(), made.private_key_pem.bytes()

    def _context(self, names: tuple[str, ...]) -> SSLContext:
        context = SSLContext(PROTOCOL_TLS_SERVER)
        self.ca.issue_cert(*names).configure_cert(context)
        return context

    def server(self, certificates: Callable[[], list[tuple[str, ...]]]) -> SSLContext:
        """TLS by certificates, each given by its names: the first that has the client's host name, or else
        the first of all. They are looked up for each connection."""

        def choose(connection, host: str | None, _) -> None:
            all_names = certificates() or [LOCAL]
            names = next(
                (one for one in all_names if any(fnmatch.fnmatchcase(host or "", name) for name in one)),
                all_names[0],
            )
            connection.context = self.context(names)

        context = SSLContext(PROTOCOL_TLS_SERVER)
        context.sni_callback = choose
        return context
