"""Uploads that arrived just before the last run ended, and that ingest may never have heard of."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from spaceport_contracts.uploads import UPLOADS_PREFIX, upload_cause
from spaceport_topology.wiring import Topology


def lost_uploads(
    topology: Topology, bucket: str, s3: Any, envelopes: Iterable[dict[str, Any]]
) -> Iterator[str]:
    """Keys of uploads that a rule waits for and that no archived event speaks of."""
    known = {envelope["detail"].get("causation_id") for envelope in envelopes}
    patterns = [_expression(pattern) for pattern in _wildcards(topology)]
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=UPLOADS_PREFIX)
    for page in pages:
        for entry in page.get("Contents", []):
            key = entry["Key"]
            if any(pattern.fullmatch(key) for pattern in patterns):
                cause = upload_cause(f"s3://{bucket}/{key}", entry["ETag"].strip('"'))
                if cause not in known:
                    yield key


def _wildcards(topology: Topology) -> Iterator[str]:
    for rule in topology.rules:
        if rule.pattern.get("source") == ["aws.s3"]:
            keys = rule.pattern["detail"]["object"]["key"]
            yield from (key["wildcard"] for key in keys if "wildcard" in key)


def _expression(wildcard: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, wildcard.split("*"))), re.DOTALL)
