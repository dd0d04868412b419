"""What ECR refuses of life cycles, replication and image tags."""

from .registry import DOCS, Rules, json_object, state, unique, value, values

API = f"{DOCS}/AmazonECR/latest/APIReference"
GUIDE = f"{DOCS}/AmazonECR/latest/userguide"

ecr = Rules("ecr", "InvalidParameterException")
CONSTRAINT = "Invalid parameter at '{}' failed to satisfy constraint: '{}'"


@ecr.rule("PutLifecyclePolicy", f"{GUIDE}/lifecycle_policy_parameters.html")
def lifecycle_policy(p, _call):
    for fault in lifecycle_faults(json_object(p.get("lifecyclePolicyText")) or {}):
        failure = f"Lifecycle policy validation failure: {fault}"
        yield CONSTRAINT.format("LifecyclePolicyText", failure)


def lifecycle_faults(document: dict):
    given = document.get("rules")
    if not isinstance(given, list) or not given:
        yield 'object has missing required properties (["rules"])'
        return
    given = [rule if isinstance(rule, dict) else {} for rule in given]
    priorities = [rule.get("rulePriority") for rule in given]
    if not all(isinstance(priority, int) and priority >= 1 for priority in priorities):
        yield "rulePriority must be an integer of 1 or more"
        return
    yield from unique(priorities, "rulePriority must be unique")
    if [value(rule, "selection.tagStatus") for rule in given].count("any") > 1:
        yield "only one rule can have tagStatus any"
    for rule in given:
        selection = rule.get("selection") or {}
        status, kind = selection.get("tagStatus"), selection.get("countType")
        if status not in ("tagged", "untagged", "any"):
            yield "tagStatus must be tagged, untagged or any"
        listed = selection.get("tagPrefixList") or selection.get("tagPatternList")
        if status == "tagged" and not listed:
            yield "tagged requires tagPrefixList or tagPatternList"
        if status != "tagged" and listed:
            yield f"{status} must not have tagPrefixList or tagPatternList"
        if kind not in ("imageCountMoreThan", "sinceImagePushed", "sinceImagePulled"):
            yield f"countType is not valid: {kind}"
        number = selection.get("countNumber")
        if not isinstance(number, int) or number < 1:
            yield "countNumber must be an integer of 1 or more"
        if kind == "sinceImagePushed" and selection.get("countUnit") != "days":
            yield "sinceImagePushed requires the countUnit days"
        if kind == "imageCountMoreThan" and "countUnit" in selection:
            yield "imageCountMoreThan must not have a countUnit"
        if value(rule, "action.type") != "expire":
            yield "action type must be expire"
        if status == "any" and rule["rulePriority"] != max(priorities):
            yield "a rule with tagStatus any must have the highest rulePriority"


@ecr.rule("PutReplicationConfiguration", f"{API}/API_PutReplicationConfiguration.html")
def replication(p, call):
    for target in values(p, "replicationConfiguration.rules[].destinations[]"):
        if target.get("region") == call.region and target.get("registryId") == call.account:
            same = "Replication destination cannot be the same as the source registry"
            yield CONSTRAINT.format("replicationConfiguration", same)


@ecr.rule("PutImage", f"{GUIDE}/image-tag-mutability.html", "ImageTagAlreadyExistsException")
def immutable_tag(p, call):
    tag = p.get("imageTag")
    repository = state(call, "ecr").repositories.get(p.get("repositoryName"))
    if tag and repository is not None and repository.image_tag_mutability == "IMMUTABLE":
        if any(tag in image.image_tags for image in repository.images):
            yield (
                f"The image tag '{tag}' already exists in the '{repository.name}' repository and "
                "cannot be overwritten because the repository is immutable."
            )
