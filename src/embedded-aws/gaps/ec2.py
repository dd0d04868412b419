"""Gaps of moto in ec2."""

from moto.ec2.models.nat_gateways import NatGatewayBackend
from moto.ec2.models.vpcs import VPCBackend

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


@gap
def ec2_vpc_endpoint_routes():
    """ModifyVpcEndpoint changes no routes, and DeleteVpcEndpoints fails without those of all its route tables."""
    @replaces(VPCBackend)
    def modify_vpc_endpoint(modify, self, vpc_id, **changes):
        modify(self, vpc_id, **changes)
        prefix_list = self.vpc_end_points[vpc_id].destination_prefix_list_id
        route = {"destination_prefix_list_id": prefix_list, "gateway_id": vpc_id}
        for table in changes["add_route_tables"]:
            self.create_route(table, None, **route)
        for table in changes["remove_route_tables"]:
            self.delete_route(table, prefix_list)
