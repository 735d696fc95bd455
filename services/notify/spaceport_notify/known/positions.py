"""Where a job's photos say that they were taken: what a map shows before sfm has placed them."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from spaceport_contracts.capture import Capture, Frozen, Photo
from spaceport_contracts.events import Stage
from spaceport_notify.known.ancestry import ancestry
from spaceport_notify.known.find import JobId, find
from spaceport_notify.known.view import JobView
from spaceport_notify.ports import Kit
from spaceport_runtime.http.body import JSON
from spaceport_runtime.http.problems import Problem, responses
from spaceport_runtime.http.shell import HttpApi
from spaceport_runtime.ports import Store

DIGITS = 7  # a centimetre
Position = tuple[float, float]


class Positions(Frozen):
    """[longitude, latitude] of each photo of the capture in its order, degrees; null: unknown."""

    photos: tuple[Position | None, ...]


FOUND: dict[int, Any] = {200: {"description": "Found", "content": {JSON: {"model": Positions}}}}


def add_position_routes(app: HttpApi, get_kit: Callable[[], Kit]) -> None:
    """The one."""

    @app.get(
        "/jobs/<job_id>/positions",
        summary="Where a job's photos say that they were taken",
        tags=["jobs"],
        responses=responses({404: "No such job, or no photos (any more)"}, FOUND),
    )
    def get_positions(job_id: JobId) -> Positions:
        kit = get_kit()
        found = positions_of(find(job_id, kit), kit.store)
        if found is None:
            detail = f"Job {job_id} has no photos (any more). Ask for one that was begun with some."
            raise Problem(HTTPStatus.NOT_FOUND, detail)
        return found


def positions_of(view: JobView, store: Store) -> Positions | None:
    """From ingest's list of photos; None for a job that began without photos, or not yet."""
    newest = max(view.rounds, default=None)
    requests = ancestry(view, newest).requests if newest is not None else ()
    brought = next((each for each in requests if each.start_at is Stage.SFM), None)
    if brought is None or store.head(brought.inputs.index.uri) is None:
        return None
    capture = Capture.model_validate_json(store.read(brought.inputs.index.uri))
    return Positions(photos=tuple(_position(photo) for photo in capture.photos))


def _position(photo: Photo) -> Position | None:
    if photo.longitude_deg is None or photo.latitude_deg is None or not photo.hemisphere_known:
        return None
    return round(photo.longitude_deg, DIGITS), round(photo.latitude_deg, DIGITS)
