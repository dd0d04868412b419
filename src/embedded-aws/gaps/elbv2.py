"""What moto lacks of elbv2."""

from functools import wraps

from moto.elbv2.models import FakeListener

from .registry import gap


@gap
def elbv2_http_listener_policy():
    """A listener of HTTP gets the default policy of TLS, which only one of HTTPS has: the provider
    reads it, sends it with the next change, and AWS refuses that."""
    init = FakeListener.__init__

    @wraps(init)
    def __init__(self, *arguments, **parameters):
        init(self, *arguments, **parameters)
        if self.protocol == "HTTP":
            self.ssl_policy = None

    FakeListener.__init__ = __init__
