"""Gaps of moto in ec2."""

from moto.ec2.models.nat_gateways import NatGatewayBackend

from extensions import replaces
from .registry import gap


@gap
def ec2_nat_gateway_address():
    """DeleteNatGateway leaves the address associated, and the network interface in its subnet."""
    @replaces(NatGatewayBackend)
    def delete_nat_gateway(delete, self, nat_gateway_id):
        gateway = delete(self, nat_gateway_id)
        for address in self.addresses:
            if address.eni is gateway._eni:
                self.disassociate_address(association_id=address.association_id)
        self.enis.pop(gateway._eni.id, None)
        return gateway


@gap
def ec2_nat_gateway_without_groups():
    """The network interface of a NAT gateway has the VPC's default security group. AWS: it has none.
    https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html"""
    @replaces(NatGatewayBackend)
    def create_nat_gateway(create, self, *args, **kwargs):
        gateway = create(self, *args, **kwargs)
        gateway._eni._group_set = []
        return gateway
