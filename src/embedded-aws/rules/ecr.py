"""What ECR refuses of replication and image tags."""

from .registry import Rules, state, values

ecr = Rules("ecr", "InvalidParameterException")


@ecr.rule("PutReplicationConfiguration")
def replication(p, call):
    for target in values(p, "replicationConfiguration.rules[].destinations[]"):
        if target.get("region") == call.region and target.get("registryId") == call.account:
            yield (
                "Invalid parameter at 'replicationConfiguration' failed to satisfy constraint: "
                "'Replication destination cannot be the same as the source registry'"
            )


@ecr.rule(
    "PutImage", "AmazonECR/latest/userguide/image-tag-mutability.html", "ImageTagAlreadyExistsException"
)
def immutable_tag(p, call):
    tag = p.get("imageTag")
    repository = state(call, "ecr").repositories.get(p.get("repositoryName"))
    if tag and repository is not None and repository.image_tag_mutability == "IMMUTABLE":
        if any(tag in image.image_tags for image in repository.images):
            yield (
                f"The image tag '{tag}' already exists in the '{repository.name}' repository and "
                "cannot be overwritten because the repository is immutable."
            )
