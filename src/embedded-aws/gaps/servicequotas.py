"""Calls of servicequotas that moto does not have."""

from moto.servicequotas.models import ServiceQuotasBackend

from extensions import replaces
from .registry import gap

# Default values of AWS, by service and code.
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/elastic-ip-addresses-eip.html
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html
DEFAULTS = {
    ("ec2", "L-0263D0A3"): ("EC2-VPC Elastic IPs", 5.0),
    ("fargate", "L-3032A538"): ("Fargate On-Demand vCPU resource count", 6.0),
    ("fargate", "L-36FBB829"): ("Fargate Spot vCPU resource count", 6.0),
}


@gap
def servicequotas_of_other_services():
    """GetServiceQuota knows the service vpc only."""
    @replaces(ServiceQuotasBackend)
    def get_service_quota(get, self, service_code, quota_code):
        name, value = DEFAULTS.get((service_code, quota_code), (None, None))
        if name is None:
            return get(self, service_code, quota_code)
        return {
            "ServiceCode": service_code,
            "QuotaCode": quota_code,
            "QuotaName": name,
            "Value": value,
            "Adjustable": True,
            "GlobalQuota": False,
        }
