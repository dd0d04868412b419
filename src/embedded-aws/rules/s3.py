"""What S3 refuses of buckets."""

import re

from .policy_documents import policy_faults, statements
from .registry import DOCS, Rules, aslist, json_object, listed, unique, values

GUIDE = f"{DOCS}/AmazonS3/latest/userguide"
API = f"{DOCS}/AmazonS3/latest/API"

s3 = Rules("s3", "InvalidArgument")


@s3.rule("CreateBucket", f"{GUIDE}/bucketnamingrules.html", "InvalidBucketName")
def bucket_name(p, _call):
    name = p.get("Bucket") or ""
    reserved = name.startswith(("xn--", "sthree-", "amzn-s3-demo-")) or name.endswith(
        ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
    )
    form = r"(?!.*\.\.)(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
    if reserved or not re.fullmatch(form, name):
        yield "The specified bucket is not valid."


@s3.rule("PutBucketPolicy", f"{API}/API_PutBucketPolicy.html", "MalformedPolicy")
def bucket_policy(p, _call):
    text = p.get("Policy") or ""
    text = text.decode(errors="replace") if isinstance(text, bytes) else text
    if json_object(text) is None:
        yield "Policies must be valid JSON and the first byte must be '{'"
    yield from policy_faults(text, principal=True)
    objects = rf"arn:aws[a-z-]*:s3:::{re.escape(p.get('Bucket') or '')}(/.*)?"
    for statement in statements(text):
        if "Resource" not in statement and "NotResource" not in statement:
            yield "Missing required field Resource"
        for item in aslist(statement.get("Resource")):
            if not re.fullmatch(objects, str(item)):
                yield "Policy has invalid resource"
        for action in aslist(statement.get("Action")):
            if not re.match(r"\*$|s3:|s3-object-lambda:", str(action), re.IGNORECASE):
                yield "Policy has invalid action"


@s3.rule("PutBucketEncryption", f"{API}/API_ServerSideEncryptionByDefault.html")
def bucket_encryption(p, _call):
    path = "ServerSideEncryptionConfiguration.Rules[].ApplyServerSideEncryptionByDefault"
    for item in values(p, path):
        if item.get("KMSMasterKeyID") and not str(item.get("SSEAlgorithm")).startswith("aws:kms"):
            yield (
                "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or "
                "aws:kms:dsse"
            )


@s3.rule("PutBucketLifecycleConfiguration", f"{GUIDE}/intro-lifecycle-rules.html")
def bucket_lifecycle(p, _call):
    rules = listed(p, "LifecycleConfiguration.Rules[]")
    if not rules:
        yield (
            "MalformedXML",
            "The XML you provided was not well-formed or did not validate against our published "
            "schema",
        )
    ids = [rule["ID"] for rule in rules if rule.get("ID")]
    yield from unique(ids, "Rule ID must be unique. Found same ID for more than one rule")
    for rule in rules:
        yield from lifecycle_faults(rule)


def lifecycle_faults(rule: dict):
    for transition in values(rule, "Transitions[]"):
        days, storage = transition.get("Days"), transition.get("StorageClass")
        if days is not None and days < 0:
            yield "'Days' in Transition action must be nonnegative"
        if days is not None and days < 30 and storage in ("STANDARD_IA", "ONEZONE_IA"):
            yield (
                "'Days' in Transition action must be greater than or equal to 30 for storageClass "
                f"'{storage}'"
            )
    for expiry in values(rule, "Expiration.Days"):
        if expiry <= 0:
            yield "'Days' for Expiration action must be a positive integer"
        if any(expiry <= days for days in values(rule, "Transitions[].Days")):
            yield (
                "'Days' in the Expiration action for filter must be greater than 'Days' in the "
                "Transition action"
            )
    for path in (
        "NoncurrentVersionExpiration.NoncurrentDays",
        "AbortIncompleteMultipartUpload.DaysAfterInitiation",
    ):
        if any(days <= 0 for days in values(rule, path)):
            yield f"'{path.split('.')[1]}' must be a positive integer"
    actions = (
        "AbortIncompleteMultipartUpload Expiration NoncurrentVersionExpiration "
        "NoncurrentVersionTransitions Transitions"
    )
    if not set(rule) & set(actions.split()):
        yield "InvalidRequest", "At least one action needs to be specified in a rule"
