"""From the address that a user gives to what lies in the bucket."""

import hashlib
import re
from dataclasses import dataclass
from http import HTTPStatus
from itertools import islice
from urllib.parse import unquote, unquote_plus, urlsplit

from spaceport_contracts.events import ReconstructionRequested, Stage
from spaceport_contracts.places import AREAS
from spaceport_contracts.uploads import MANIFEST_NAME, UPLOADS_PREFIX
from spaceport_ingest.inspect.names import leaves_its_folder
from spaceport_ingest.ports import Kit, Listed
from spaceport_ingest.requests.jobs.standing import published_by
from spaceport_ingest.upload import UPLOAD_ID
from spaceport_runtime.http.caller import caller
from spaceport_runtime.http.problems import Problem, field_problem

FIELD = "s3Url"
OPEN_AREAS = (UPLOADS_PREFIX.rstrip("/"), "captures")
FORMS = (
    "Use s3://bucket/key, https://bucket.s3.region.amazonaws.com/key or "
    "https://s3.region.amazonaws.com/bucket/key."
)
_REGION = r"(?:[.-](?:dualstack\.)?[a-z]{2}(?:-[a-z]+)+-\d)?"
_VIRTUAL_HOST = re.compile(
    rf"^(?P<bucket>[a-z0-9][a-z0-9.-]{{1,61}}[a-z0-9])\.s3{_REGION}\.amazonaws\.com(?:\.cn)?$"
)
_PATH_HOST = re.compile(rf"^s3{_REGION}\.amazonaws\.com(?:\.cn)?$")


@dataclass(frozen=True)
class Located:
    """An object, or a prefix (ends with `/`) with a digest of everything below it as its etag."""

    uri: str
    etag: str


def parse_s3_url(url: str) -> tuple[str, str]:
    """Bucket and key as written, still quoted; raises Problem (400) for other addresses."""
    try:
        parts = urlsplit(url.strip())
    except ValueError as error:
        raise _bad(f"{url[:200]} is not an S3 address.", FORMS) from error
    host, path = parts.netloc.lower(), parts.path.lstrip("/")
    if parts.scheme == "s3":
        # Not parts.path: `?` and `#` are ordinary characters in an s3:// address.
        bucket, _, key = url.strip()[len("s3://") :].partition("/")
    elif parts.scheme in ("http", "https") and (match := _VIRTUAL_HOST.match(host)):
        bucket, key = match["bucket"], path
    elif parts.scheme in ("http", "https") and _PATH_HOST.match(host):
        bucket, _, key = path.partition("/")
    else:
        raise _bad(f"{url[:200]} is not an S3 address.", FORMS)
    if not bucket or not key:
        raise _bad(f"{url[:200]} names no object and no folder.", FORMS)
    return bucket, key


def locate(url: str, step: Stage, email: str, kit: Kit) -> Located:
    """What the address points to.

    Raises Problem: 400 address, 403 bucket or a place that is not the caller's, 404 nothing there.
    """
    names = names_of(url, kit)
    own = [name for name in names if _may_be_named(name, step, email, kit)]
    if not own:
        raise field_problem(
            HTTPStatus.FORBIDDEN,
            FIELD,
            f"s3://{kit.bucket}/{names[0][:200]} is not where a job may begin.",
            "Name what you uploaded below uploads/ or captures/, or for 3dgs and compression what "
            "a job with your e-mail address left.",
        )
    for name in own:
        found = _object(f"s3://{kit.bucket}/{name}", step, kit) or _prefix(name, step, kit)
        if found is not None:
            return found
    raise nothing_at(names[-1], kit)


def names_of(url: str, kit: Kit) -> list[str]:
    """The keys that an address may mean, as it is written first; raises Problem (400, 403)."""
    bucket, key = parse_s3_url(url)
    if bucket != kit.bucket:
        raise field_problem(
            HTTPStatus.FORBIDDEN,
            FIELD,
            f"The bucket {bucket} is not one that Spaceport may read.",
            f"Upload to s3://{kit.bucket}/ and give that address.",
        )
    return list(dict.fromkeys((key, unquote(key), unquote_plus(key))))


def nothing_at(name: str, kit: Kit) -> Problem:
    """404 for an address of ours."""
    return field_problem(
        HTTPStatus.NOT_FOUND,
        FIELD,
        f"There is nothing at s3://{kit.bucket}/{name}.",
        "Check the address, and that the upload has finished.",
    )


def _may_be_named(name: str, step: Stage, email: str, kit: Kit) -> bool:
    """What was put there with AWS's keys by whoever knows its address; what was uploaded through
    the API by its uploader; a job's files by its owner, or where it has none, by whom it writes to.
    """
    top, _, below = name.partition("/")
    if leaves_its_folder(name) or not below.strip("/"):
        return False
    if top in OPEN_AREAS:
        return _is_own_upload(top, below.partition("/")[0], kit)
    job_id = below.partition("/")[0]
    if top not in AREAS or step is Stage.SFM or kit.platform.ledger.job_record(job_id) is None:
        return False
    origin = published_by(job_id, 1, kit)
    if not isinstance(origin, ReconstructionRequested):
        return False
    return caller().owns(origin.owner) if origin.owner else origin.email == email


def _is_own_upload(top: str, folder: str, kit: Kit) -> bool:
    begun = top == OPEN_AREAS[0] and UPLOAD_ID.fullmatch(folder)
    upload = kit.register.find(folder) if begun else None
    return upload is None or caller().owns(upload.owner)


def _object(uri: str, step: Stage, kit: Kit) -> Located | None:
    stored = None if uri.endswith("/") else kit.platform.store.head(uri)
    if stored is None:
        return None
    name = uri.rsplit("/", 1)[1].lower()
    fits = {
        Stage.SFM: name == MANIFEST_NAME or name.endswith(".zip"),
        Stage.TRAIN: False,
        Stage.COMPRESS: name.endswith(".ply"),
    }
    if not fits[step]:
        raise _bad(f"{uri} is not what this step begins from.", WANTED[step])
    return Located(uri, stored.etag)


WANTED = {
    Stage.SFM: "For sfm give a zip, a manifest.json or a folder of photos.",
    Stage.TRAIN: "For 3dgs give the folder that holds sparse/0 and images.",
    Stage.COMPRESS: "For compression give a .ply or the folder of a training run.",
}


def _prefix(name: str, step: Stage, kit: Kit) -> Located | None:
    prefix = f"s3://{kit.bucket}/{name.rstrip('/')}/"
    if step is Stage.SFM:
        manifest = kit.platform.store.head(prefix + MANIFEST_NAME)
        if manifest is not None:
            return Located(prefix + MANIFEST_NAME, manifest.etag)
    items = list(islice(kit.objects.under(prefix), kit.limits.max_files + 1))
    if len(items) > kit.limits.max_files:
        raise _bad(f"{prefix} holds more than {kit.limits.max_files} files.", WANTED[step])
    return Located(prefix, _digest(items)) if items else None


def _digest(items: list[Listed]) -> str:
    """Another name, size or content below the prefix makes another digest."""
    lines = "\n".join(f"{item.uri} {item.bytes} {item.etag}" for item in items)
    return hashlib.sha256(lines.encode()).hexdigest()[:32]


def _bad(message: str, remedy: str) -> Problem:
    return field_problem(HTTPStatus.BAD_REQUEST, FIELD, message, remedy)
