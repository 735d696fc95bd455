"""Uploads that arrived just before the last run ended, and that ingest may never have heard of."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from spaceport_contracts.uploads import MANIFEST_NAME, UPLOADS_PREFIX, upload_cause
from spaceport_topology.wiring import Topology


def lost_uploads(
    topology: Topology, bucket: str, s3: Any, envelopes: Iterable[dict[str, Any]]
) -> Iterator[str]:
    """Keys of uploads that a rule waits for and that no archived event speaks of, and the photos
    of uploads that no job was made of yet."""
    known = {envelope["detail"].get("causation_id") for envelope in envelopes}
    patterns = [_expression(pattern) for pattern in _patterns(topology, "wildcard")]
    watched = tuple(_patterns(topology, "prefix"))
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=UPLOADS_PREFIX)
    listed = [entry for page in pages for entry in page.get("Contents", [])]
    complete = {_upload(entry["Key"]) for entry in listed if entry["Key"].endswith(MANIFEST_NAME)}
    for entry in listed:
        key = entry["Key"]
        if key.startswith(watched) and _upload(key) not in complete:
            yield key  # whoever looks at it knows what was looked at already
        elif any(pattern.fullmatch(key) for pattern in patterns):
            cause = upload_cause(f"s3://{bucket}/{key}", entry["ETag"].strip('"'))
            if cause not in known:
                yield key


def _upload(key: str) -> str:
    """The folder of one upload."""
    return key.removeprefix(UPLOADS_PREFIX).partition("/")[0]


def _patterns(topology: Topology, kind: str) -> Iterator[str]:
    for rule in topology.rules:
        if rule.pattern.get("source") == ["aws.s3"]:
            keys = rule.pattern["detail"]["object"]["key"]
            yield from (key[kind] for key in keys if kind in key)


def _expression(wildcard: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, wildcard.split("*"))), re.DOTALL)
