"""What can be seen of a job before it is delivered: its photos' places, and how it trains."""

from spaceport_contracts.events import Stage
from spaceport_contracts.places import LOOK, checkpoints_of
from spaceport_notify.known.ancestry import ancestry
from spaceport_notify.known.view import JobView

LIVE = {"geo.json": "application/json", LOOK: "image/jpeg"}


def locate_live(view: JobView, name: str, bucket: str) -> str | None:
    """The S3 URI of a file of the newest attempt; None while there is none of this name."""
    newest = max(view.rounds, default=None)
    if newest is None or name not in LIVE:
        return None
    # A replay's attempt rests on an earlier one's photos.
    built = view.rounds[newest].built or ancestry(view, newest).built
    if built is None:
        return None
    if name != LOOK:
        return built.outputs.prefix + name
    return checkpoints_of(Stage.TRAIN, view.job_id, built.quality, bucket) + name
