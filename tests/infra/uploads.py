"""Test code: uploads as an uploader makes them, and what comes of them."""

import email
import hashlib
import io
from email.message import EmailMessage
from email.policy import default as modern
from typing import Any

import numpy as np
from PIL import Image

from spaceport_cli.cloud.access import Api
from spaceport_contracts.uploads import UploadedPhoto, UploadManifest
from spaceport_local.cloud import LocalCloud
from tests.infra.asked import get, post


def photo(seed: int) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 255, (240, 320, 3), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG")
    return stream.getvalue()


PHOTOS = [photo(seed) for seed in range(4)]


def upload(cloud: LocalCloud, name: str, address: str | None = "you@example.com") -> str:
    """Photos, then the manifest; returns the job's id, which the uploader may ask for."""
    return job_of(cloud, *put(cloud, name, address))


def put(cloud: LocalCloud, name: str, address: str | None = None) -> tuple[str, str]:
    """Photos, then the manifest; returns its URI and ETag."""
    s3, listed = cloud.client("s3"), []
    for number, content in enumerate(PHOTOS):
        key = f"p{number}.jpg"
        s3.put_object(Bucket=cloud.bucket, Key=f"uploads/{name}/photos/{key}", Body=content)
        digest = hashlib.sha256(content).hexdigest()
        listed.append(UploadedPhoto(name=key, key=key, bytes=len(content), sha256=digest))
    manifest = UploadManifest(title=name, email=address, photos=tuple(listed))
    key = f"uploads/{name}/manifest.json"
    body = manifest.model_dump_json().encode()
    etag = s3.put_object(Bucket=cloud.bucket, Key=key, Body=body)["ETag"].strip('"')
    return f"s3://{cloud.bucket}/{key}", etag


def job_of(cloud: Api, uri: str, etag: str) -> str:
    """The id of the job that an upload is."""
    return str(post(cloud, "/find-job", {"s3Url": uri, "etag": etag})["jobId"])


def mails(cloud: LocalCloud, title: str) -> list[EmailMessage]:
    """The mails about how a job ended."""
    found = all_mails(cloud, title)
    return [mail for mail in found if mail["X-Spaceport-Kind"] != "started"]


def all_mails(cloud: LocalCloud, title: str) -> list[EmailMessage]:
    parsed = [
        email.message_from_bytes(path.read_bytes(), policy=modern)
        for path in sorted(cloud.outbox.glob("*.eml"))
    ]
    return [mail for mail in parsed if title in mail["Subject"]]


def status_of(cloud: LocalCloud, job_id: str) -> dict[str, Any]:
    found: dict[str, Any] = get(cloud, f"/jobs/{job_id}")
    return found
