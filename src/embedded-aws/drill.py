"""What a drill of disaster recovery asks of the embedded AWS and AWS has no call for: what is in databases
and file systems, the progress of replication, and the loss of a region.

    PUT /embedded-aws/contents/rds/REGION/IDENTIFIER   the body is the content; GET returns it
    PUT /embedded-aws/contents/efs/REGION/ID           the same of a file system
    POST /embedded-aws/replication                     brings every copy up to date
    PUT /embedded-aws/lost-region                      the body is the region; its services answer no more
"""

from moto.core import DEFAULT_ACCOUNT_ID
from moto.efs.models import efs_backends
from moto.rds.models import rds_backends
from werkzeug.wrappers import Request, Response

from aws_requests import AwsRequest
from moto_options import efs_replications, replicate
from refusals import Refusal

CONTENTS = "/embedded-aws/contents/"
REPLICATION = "/embedded-aws/replication"
LOST_REGION = "/embedded-aws/lost-region"

# What all regions share; it is signed for us-east-1 by some clients.
WITHOUT_REGION = ("budgets", "iam", "route53", "sts")

lost_regions = set()


def is_asked(path: str) -> bool:
    """Whether a path is one of this module's."""
    return path.startswith(CONTENTS) or path in (REPLICATION, LOST_REGION)


def answer(request: Request) -> Response:
    """The answer to one of this module's paths."""
    if request.path == REPLICATION:
        replicate()
        return Response(status=204)
    if request.path == LOST_REGION:
        lost_regions.add(request.get_data(as_text=True))
        return Response(status=204)
    service, region, name = request.path.removeprefix(CONTENTS).split("/")
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
        for replication in efs_replications.values()
        for destination in replication["Destinations"]
    }


def refusal_in_lost_region(call: AwsRequest) -> Refusal | None:
    """The error of a call to a region that is lost."""
    if call.region not in lost_regions or call.service in WITHOUT_REGION:
        return None
    return Refusal("RegionIsLost", f"The drill has lost {call.region}: {call.service} {call.name}.")
