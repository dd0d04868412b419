"""Tags, of every service: keys are unique, none begins with `aws:`, and a resource has 50 at most."""

from collections.abc import Iterator

from refusals import SERVICES

from .registry import DOCS, GENERAL, duplicates, make_rule, values

SOURCE = f"{DOCS}/tag-editor/latest/userguide/best-practices-and-strats.html"
MEMBERS = (
    "tags Tags TagList Tagging.TagSet HostedZoneTags ResourceTags "
    "TagSpecifications[].Tags TagSpecification[].Tags"
).split()


def lists(p: dict) -> Iterator[list[tuple[str, str]]]:
    """The lists of tags that a request gives to a resource, as pairs of key and value."""
    for tags in (item for member in MEMBERS for item in values(p, member)):
        if isinstance(tags, dict):
            yield [(str(key), str(text)) for key, text in tags.items()]
        elif isinstance(tags, list) and all(isinstance(tag, dict) for tag in tags):
            yield [
                tuple(
                    next((tag[name] for name in names if tag.get(name)), "")
                    for names in (("Key", "key", "TagKey"), ("Value", "value", "TagValue"))
                )
                for tag in tags
            ]


def tags(p, call):
    if call.name.startswith(("Untag", "Remove", "Delete", "List", "Describe", "Get", "Search")):
        return
    codes = SERVICES.get(call.service, {}).get("tagCodes", ["ValidationException"])
    if call.name == "RegisterTaskDefinition":
        codes = ["ClientException"]
    reserved, twice, many = (codes + codes[-1:] * 2)[:3]
    limit = 10 if call.name == "PutObjectTagging" else 50
    for pairs in lists(p):
        keys = [key.lower() if call.service == "iam" else key for key, _ in pairs]
        for key, text in pairs:
            if key.lower().startswith("aws:"):
                yield reserved, f"Tag keys beginning with aws: are reserved: {key}"
            if not 1 <= len(key) <= 128 or len(text) > 256:
                yield reserved, f"Tag key or value is too long or empty: {key[:40]}"
        for key in duplicates(keys):
            yield twice, f"Duplicate tag key '{key}' specified."
        if len(keys) > limit:
            yield many, f"A resource cannot have more than {limit} tags."


GENERAL.append(make_rule("all", "ValidationException", SOURCE, tags))
