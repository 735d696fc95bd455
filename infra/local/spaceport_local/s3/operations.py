"""Which of S3's operations are served here; moto breaks on odd ones, so they are refused first."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from moto.s3.models import s3_backends

from spaceport_local.account import ACCOUNT
from spaceport_local.http.refusals import Refusal

SUBRESOURCES = frozenset(
    """
    accelerate acl analytics attributes cors delete encryption intelligent-tiering inventory
    legal-hold lifecycle location logging metadataTable metrics notification object-lock
    ownershipControls partNumber policy policyStatus publicAccessBlock replication
    requestPayment restore retention select tagging torrent uploadId uploads versionId
    versioning versions website
    """.split()  # noqa: SIM905 - a list of words
)
SERVED: dict[tuple[str, str], tuple[str, ...]] = {
    ("account", "GET"): ("",),
    ("bucket", "GET"): ("", "location", "uploads", "versioning", "notification"),
    ("bucket", "HEAD"): ("",),
    ("bucket", "PUT"): ("", "notification"),
    ("bucket", "POST"): ("delete",),
    ("bucket", "DELETE"): ("",),
    ("key", "GET"): ("", "uploadId", "tagging", "attributes"),
    ("key", "HEAD"): ("",),
    ("key", "PUT"): ("", "partNumber uploadId", "tagging"),
    ("key", "POST"): ("uploads", "uploadId"),
    ("key", "DELETE"): ("", "uploadId", "tagging"),
}
NUMBERS = {
    "max-keys": 1_000_000,
    "max-parts": 1_000_000,
    "part-number-marker": 10_000,
    "partNumber": 10_000,
}
MAX_KEY_BYTES = 1024


@dataclass(frozen=True)
class Operation:
    """A request to S3, taken apart: one of `SERVED`, or not."""

    method: str
    bucket: str
    key: str
    query: dict[str, list[str]]

    @property
    def level(self) -> str:
        """What it is about: the account, a bucket or a key."""
        return "key" if self.key else "bucket" if self.bucket else "account"

    @property
    def subresource(self) -> str:
        """The query's names that select an operation, sorted."""
        return " ".join(sorted(SUBRESOURCES & self.query.keys()))


def operation_of(environ: dict[str, Any]) -> Operation:
    """Raises UnicodeDecodeError when the address is not UTF-8."""
    path = environ.get("PATH_INFO", "").encode("latin-1").decode()
    bucket, _, key = path.lstrip("/").partition("/")
    query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    return Operation(environ["REQUEST_METHOD"], bucket, key, query)


def objection(environ: dict[str, Any]) -> Refusal | None:
    """Why a request to S3 is refused; None for what is served."""
    try:
        asked = operation_of(environ)
    except (UnicodeDecodeError, ValueError):
        return Refusal(400, "The address is not UTF-8: encode it so.")
    if asked.subresource not in SERVED.get((asked.level, asked.method), ()):
        what = f"{asked.method} {asked.subresource}".strip()
        return Refusal(405, f"'{what}' is not served on a {asked.level} here: see S3's other ones.")
    if len(asked.key.encode()) > MAX_KEY_BYTES:
        return Refusal(400, f"A key has at most {MAX_KEY_BYTES} bytes: choose a shorter one.")
    return _wrong_number(asked) or _wrong_upload(asked)


def _wrong_number(asked: Operation) -> Refusal | None:
    for name, largest in NUMBERS.items():
        for text in asked.query.get(name, ()):
            if not (text.isascii() and text.isdigit() and int(text[:9]) <= largest):
                return Refusal(400, f"{name} is a number up to {largest}: send one.")
    return None


def _wrong_upload(asked: Operation) -> Refusal | None:
    if "uploadId" not in asked.query:
        return None
    bucket = s3_backends[ACCOUNT]["aws"].buckets.get(asked.bucket)
    upload = bucket.multiparts.get(asked.query["uploadId"][0]) if bucket else None
    if upload is None or upload.key_name != asked.key:
        return Refusal(404, "There is no such multipart upload: begin a new one.", "NoSuchUpload")
    return None
