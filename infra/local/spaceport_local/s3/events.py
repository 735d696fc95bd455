"""S3's `Object Created`, in the form in which AWS publishes it."""

import json
import uuid
from typing import Any

from moto.events.models import events_backends

from spaceport_local.account import ACCOUNT, REGION


def publish_created(bucket: str, key: str, stored: Any, reason: str) -> None:
    """Put the event of one object (moto's record of it) on the default bus."""
    detail = {
        "version": "0",
        "bucket": {"name": bucket},
        "object": {
            "key": key,
            "size": stored.size,
            "etag": stored.etag.strip('"'),
            "sequencer": f"{int(stored.last_modified.timestamp() * 1e6):018X}",
        },
        "request-id": uuid.uuid4().hex[:16].upper(),
        "requester": ACCOUNT,
        "source-ip-address": "127.0.0.1",
        "reason": reason,
    }
    event = {
        "Source": "aws.s3",
        "DetailType": "Object Created",
        "Resources": [f"arn:aws:s3:::{bucket}"],
        "Detail": json.dumps(detail),
    }
    events_backends[ACCOUNT][REGION].put_events([event])
