"""Which of a job's files people may fetch, and where each lies."""

from spaceport_notify.known.ancestry import ancestry
from spaceport_notify.known.status import delivered_attempt
from spaceport_notify.known.view import JobView

CONTENT_TYPES = {
    "scene.sog": "application/octet-stream",
    "scene.ply": "application/octet-stream",
    "report.html": "text/html; charset=utf-8",
    "report.json": "application/json",
    "preview.png": "image/png",
    "flythrough.webp": "image/webp",
}


def locate(view: JobView, name: str) -> str | None:
    """The S3 URI of a file of the newest delivered attempt; None while there is none."""
    attempt = delivered_attempt(view)
    compressed = view.rounds[attempt].compressed if attempt else None
    if attempt is None or compressed is None or name not in CONTENT_TYPES:
        return None
    if name.startswith("report."):
        prefix = view.reports.get(attempt)
        return prefix + name if prefix else None
    if name == "scene.sog":
        return compressed.scene.uri
    if name == "scene.ply":
        trained = ancestry(view, attempt).trained
        return trained.outputs.prefix + name if trained else None
    return compressed.outputs.prefix + name
