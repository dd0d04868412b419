"""What SNS refuses of topics and subscriptions."""

import re

from .policy_documents import policy_faults
from .registry import DOCS, Rules, value

API = f"{DOCS}/sns/latest/api"

sns = Rules("sns", "InvalidParameter")


def policy(text):
    faults = policy_faults(text, principal=True) if text else ()
    return (f"Invalid parameter: Policy Error: {fault}" for fault in faults)


@sns.rule("CreateTopic", f"{API}/API_CreateTopic.html")
def topic(p, _call):
    fifo = str(value(p, "Attributes.FifoTopic")).lower() == "true"
    pattern = r"[A-Za-z0-9_-]{1,251}\.fifo" if fifo else r"[A-Za-z0-9_-]{1,256}"
    if not re.fullmatch(pattern, p.get("Name") or ""):
        yield "Invalid parameter: Topic Name"
    yield from policy(value(p, "Attributes.Policy"))


@sns.rule("SetTopicAttributes", f"{API}/API_SetTopicAttributes.html")
def topic_attributes(p, _call):
    name, text = p.get("AttributeName") or "", p.get("AttributeValue") or ""
    if name == "Policy":
        yield from policy(text)
    if name == "DisplayName" and len(text) > 100:
        yield "Invalid parameter: Display Name"


# What an endpoint looks like for each protocol.
ENDPOINTS = {
    "application": r"arn:.+",
    "email": r"[^@\s]+@[^@\s]+",
    "email-json": r"[^@\s]+@[^@\s]+",
    "firehose": r"arn:aws[a-z-]*:firehose:.+",
    "http": r"http://.+",
    "https": r"https://.+",
    "lambda": r"arn:aws[a-z-]*:lambda:.+",
    "sms": r"\+?[0-9().\- ]+",
    "sqs": r"arn:aws[a-z-]*:sqs:.+",
}


@sns.rule("Subscribe", f"{API}/API_Subscribe.html")
def subscription(p, _call):
    protocol, endpoint = p.get("Protocol"), p.get("Endpoint") or ""
    if protocol not in ENDPOINTS:
        yield f"Invalid parameter: Amazon SNS does not support this protocol string: {protocol}"
    elif not re.fullmatch(ENDPOINTS[protocol], endpoint):
        yield f"Invalid parameter: Invalid {protocol} endpoint: {endpoint}"
