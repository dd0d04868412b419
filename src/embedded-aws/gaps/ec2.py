"""Gaps of moto in ec2."""

from functools import wraps

from moto.ec2.models.nat_gateways import NatGatewayBackend

from .registry import gap


@gap
def ec2_nat_gateway_address():
    """DeleteNatGateway leaves the address associated, and the network interface in its subnet."""
    delete = NatGatewayBackend.delete_nat_gateway

    @wraps(delete)
    def delete_nat_gateway(self, nat_gateway_id):
        gateway = delete(self, nat_gateway_id)
        for address in self.addresses:
            if address.eni is gateway._eni:
                self.disassociate_address(association_id=address.association_id)
        self.enis.pop(gateway._eni.id, None)
        return gateway

    NatGatewayBackend.delete_nat_gateway = delete_nat_gateway


@gap
def ec2_nat_gateway_without_groups():
    """The network interface of a NAT gateway has the VPC's default security group. AWS: it has none.
    https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html"""
    create = NatGatewayBackend.create_nat_gateway

    @wraps(create)
    def create_nat_gateway(self, *args, **kwargs):
        gateway = create(self, *args, **kwargs)
        gateway._eni._group_set = []
        return gateway

    NatGatewayBackend.create_nat_gateway = create_nat_gateway
