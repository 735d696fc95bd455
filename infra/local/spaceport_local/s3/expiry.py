"""S3's lifecycle on this machine: what the topology says expires is deleted when old enough."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from spaceport_topology.wiring import ExpirySpec

EVERY_S = 3600.0  # S3 looks once a day
log = logging.getLogger("spaceport.local")


class Expiry:
    """Is swept with the services; looks at the bucket once an hour."""

    name = "expiry"

    def __init__(
        self,
        specs: Sequence[ExpirySpec],
        keep_days: Mapping[str, int],
        bucket: str,
        s3: Any,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._specs = specs
        self._keep_days = keep_days
        self._bucket = bucket
        self._s3 = s3
        self._now = now
        self._next_s = 0.0

    def on_sweep(self) -> None:
        """Delete what is too old, unless that was looked at within the hour."""
        if time.monotonic() < self._next_s:
            return
        self._next_s = time.monotonic() + EVERY_S
        for spec in self._specs:
            self._expire(spec.prefix, timedelta(days=self._keep_days[spec.kind]))

    def _expire(self, prefix: str, kept: timedelta) -> None:
        before = self._now() - kept
        pages = self._s3.get_paginator("list_objects_v2")
        old = [
            found["Key"]
            for page in pages.paginate(Bucket=self._bucket, Prefix=prefix)
            for found in page.get("Contents", ())
            if found["LastModified"] < before
        ]
        for key in old:
            self._s3.delete_object(Bucket=self._bucket, Key=key)
        if old:
            log.info("%d objects below %s have expired", len(old), prefix)
