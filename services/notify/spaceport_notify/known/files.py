"""Which of a job's files people may fetch, and where each lies."""

import re

from spaceport_contracts.places import FIRST, LOOK
from spaceport_notify.known.ancestry import ancestry
from spaceport_notify.known.status import delivered_attempt
from spaceport_notify.known.view import JobView

CONTENT_TYPES = {
    "scene.sog": "application/octet-stream",
    "coarse.sog": "application/octet-stream",
    "scene.ply": "application/octet-stream",
    "report.html": "text/html; charset=utf-8",
    "report.json": "application/json",
    "preview.png": "image/png",
    "flythrough.webp": "image/webp",
    "geo.json": "application/json",
    LOOK: "image/jpeg",
}
NAMES = (*CONTENT_TYPES, FIRST)
# As sfm names the photos that it undistorts.
PHOTO = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.jpg")
PHOTO_TYPE = "image/jpeg"


def locate(view: JobView, name: str) -> str | None:
    """The S3 URI of a file of the newest delivered attempt; None while there is none."""
    attempt = delivered_attempt(view)
    compressed = view.rounds[attempt].compressed if attempt else None
    if attempt is None or compressed is None or name not in CONTENT_TYPES or name == LOOK:
        return None
    if name.startswith("report."):
        prefix = view.reports.get(attempt)
        return prefix + name if prefix else None
    if name == "scene.sog":
        return compressed.scene.uri
    if name == "geo.json":
        return _of_sfm(view, attempt, name)
    if name == "scene.ply":
        trained = ancestry(view, attempt).trained
        return trained.outputs.prefix + name if trained else None
    return compressed.outputs.prefix + name


def locate_photo(view: JobView, name: str) -> str | None:
    """The S3 URI of an undistorted photo that the splat rests on; None where there is none."""
    attempt = delivered_attempt(view)
    if attempt is None or not PHOTO.fullmatch(name):
        return None
    return _of_sfm(view, attempt, f"images/{name}")


def _of_sfm(view: JobView, attempt: int, path: str) -> str | None:
    built = ancestry(view, attempt).built
    return built.outputs.prefix + path if built else None
