"""What a drill of disaster recovery does that no call of AWS does: write and read the contents of
databases and file systems, complete their replication, and lose a region.

    PUT /embedded-aws/contents/rds/REGION/IDENTIFIER   the body is the content; GET returns it
    PUT /embedded-aws/contents/efs/REGION/ID           the same for a file system
    POST /embedded-aws/replication                     brings every copy up to date
    PUT /embedded-aws/lost-region                      the body is the region, which then refuses all calls
"""

from moto.core import DEFAULT_ACCOUNT_ID
from moto.efs.models import efs_backends
from moto.rds.models import rds_backends
from werkzeug.wrappers import Request, Response

from extensions import PREFIX, refuses, serves
from gaps import efs, rds
from models.requests import AwsRequest
from refusals import Refusal

# Services that all regions share; some clients sign their requests for us-east-1.
WITHOUT_REGION = ("budgets", "iam", "route53", "sts")

lost_regions = set()


@serves("replication")
def replicate(_request: Request) -> Response:
    rds.replicate()
    efs.replicate()
    return Response(status=204)


@serves("lost-region")
def lose_region(request: Request) -> Response:
    lost_regions.add(request.get_data(as_text=True))
    return Response(status=204)


@serves("contents")
def contents(request: Request) -> Response:
    service, region, name = request.path.removeprefix(f"{PREFIX}contents/").split("/")
    found = find(service, region, name)
    if found is None:
        return Response(f"{region} has no {service} {name}", status=404)
    if request.method == "GET":
        return Response(getattr(found, "_content", ""))
    if name in copies_of_file_systems():
        return Response(f"{name} is the copy of another file system: read-only", status=409)
    found._content = request.get_data(as_text=True)
    if service == "efs":
        found._size_value = len(found._content)
    return Response(status=204)


def find(service: str, region: str, name: str) -> object | None:
    """A database or a file system."""
    if service == "rds":
        return rds_backends[DEFAULT_ACCOUNT_ID][region].databases.get(name)
    return efs_backends[DEFAULT_ACCOUNT_ID][region].file_systems_by_id.get(name)


def copies_of_file_systems() -> set[str]:
    """The file systems that only replication writes to."""
    return {
        destination["FileSystemId"]
        for replication in efs.replications.values()
        for destination in replication["Destinations"]
    }


@refuses
def in_lost_region(call: AwsRequest) -> Refusal | None:
    if call.region not in lost_regions or call.service in WITHOUT_REGION:
        return None
    return Refusal("RegionIsLost", f"The drill has lost {call.region}: {call.service} {call.name}.")
