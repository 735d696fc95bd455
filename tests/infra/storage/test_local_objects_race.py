"""Listing a bucket while objects arrive leaves every object whole."""

import hashlib
import threading
from pathlib import Path

from spaceport_local.cloud import CloudOptions, LocalCloud
from spaceport_topology.wiring import Topology, build_topology

NOTHING: Topology = build_topology(())
OBJECTS, OBJECT_BYTES, LISTERS = 20, 5_000_000, 4


def test_objects_stay_whole_while_others_list(tmp_path: Path) -> None:
    content = bytes(range(250)) * (OBJECT_BYTES // 250)
    etag = f'"{hashlib.md5(content).hexdigest()}"'
    is_over = threading.Event()
    with LocalCloud(CloudOptions(tmp_path, topology=NOTHING)) as cloud:
        s3 = cloud.client("s3")

        def list_all() -> None:
            while not is_over.is_set():
                s3.list_objects_v2(Bucket=cloud.bucket)

        listers = [threading.Thread(target=list_all) for _ in range(LISTERS)]
        for lister in listers:
            lister.start()
        try:
            told = [
                s3.put_object(Bucket=cloud.bucket, Key=f"o/{number}", Body=content)["ETag"]
                for number in range(OBJECTS)
            ]
        finally:
            is_over.set()
            for lister in listers:
                lister.join()
        assert told == [etag] * OBJECTS
        for number in range(OBJECTS):
            got = s3.get_object(Bucket=cloud.bucket, Key=f"o/{number}")["Body"].read()
            assert len(got) == OBJECT_BYTES
            assert got == content
