"""Gaps of moto in elbv2."""

from moto.elbv2.models import ELBv2Backend, FakeListener

from extensions import replaces
from .registry import gap


@gap
def elbv2_http_listener_policy():
    """A listener of HTTP gets the default policy of TLS, which only one of HTTPS has: the provider
    reads it, sends it with the next change, and AWS refuses that."""
    @replaces(FakeListener)
    def __init__(init, self, *arguments, **parameters):
        init(self, *arguments, **parameters)
        if self.protocol == "HTTP":
            self.ssl_policy = None


@gap
def elbv2_longest_deregistration_delay():
    """A deregistration delay may be as long as 3600 s; moto accepts 3599 s."""
    delay = "deregistration_delay.timeout_seconds"
    @replaces(ELBv2Backend)
    def modify_target_group_attributes(modify, self, target_group_arn, attributes):
        if attributes.get(delay) != "3600":
            return modify(self, target_group_arn, attributes)
        others = {key: value for key, value in attributes.items() if key != delay}
        modify(self, target_group_arn, others)
        self.target_groups[target_group_arn].attributes[delay] = "3600"
