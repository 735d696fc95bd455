"""Put the built site into its bucket: `python -m spaceport_aws.publish -c region=...`.

Files whose name holds a hash are cached for ever; the page that names them is never cached, and
is put last, so that nobody gets a page whose files are not there yet.
"""

import mimetypes
import re
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from spaceport_aws.context import arguments, context_of
from spaceport_aws.names import Names
from spaceport_aws.settings import read_settings
from spaceport_runtime.errors import UserError
from spaceport_topology.services import SERVICES

SITE = Path(__file__).parents[3] / "web" / "dist"
HASHED = re.compile(r"[.-][A-Za-z0-9_-]{8,}\.[a-z0-9]+$")
FOR_EVER = "public, max-age=31536000, immutable"
NEVER = "no-cache"


@dataclass(frozen=True)
class Page:
    """One file of the site, and how long browsers may keep it."""

    path: Path
    key: str
    content_type: str
    cache_control: str


def pages_of(site: Path) -> list[Page]:
    """The files in the order in which they are put. Raises UserError without a built site."""
    if not (site / "index.html").is_file():
        remedy = "Build it first: npm --prefix web ci && npm --prefix web run build."
        raise UserError(f"There is no site in {site.name or site}.", remedy)
    files = [path for path in sorted(site.rglob("*")) if path.is_file()]
    pages = [_page(path, path.relative_to(site).as_posix()) for path in files]
    return sorted(pages, key=lambda page: page.cache_control == NEVER)


def _page(path: Path, key: str) -> Page:
    kind = mimetypes.guess_type(key)[0] or "application/octet-stream"
    return Page(path, key, kind, FOR_EVER if HASHED.search(key) else NEVER)


def publish(pages: list[Page], bucket: str, distribution: str, session: Any) -> None:
    """Put the files; then CloudFront forgets those that browsers must not keep."""
    s3 = session.client("s3")
    for page in pages:
        s3.put_object(
            Bucket=bucket,
            Key=page.key,
            Body=page.path.read_bytes(),
            ContentType=page.content_type,
            CacheControl=page.cache_control,
        )
    stale = ["/" + page.key for page in pages if page.cache_control == NEVER]
    session.client("cloudfront").create_invalidation(
        DistributionId=distribution,
        InvalidationBatch={
            "Paths": {"Quantity": len(stale), "Items": stale},
            "CallerReference": str(uuid.uuid4()),
        },
    )


def main() -> int:
    """Publish web/dist to the deployment that the context names."""
    try:
        deployment = read_settings(context_of(arguments(__doc__ or "").context), SERVICES)
        pages = pages_of(SITE)
    except UserError as error:
        print(error, file=sys.stderr)
        return 1
    session: Any = boto3.Session(region_name=deployment.region)
    ssm, names = session.client("ssm"), Names(deployment.name, deployment.region, "")
    told = [
        ssm.get_parameter(Name=names.parameter(key))["Parameter"]["Value"]
        for key in ("web-bucket", "web-distribution")
    ]
    publish(pages, told[0], told[1], session)
    return 0


if __name__ == "__main__":
    sys.exit(main())
