"""The shares' part of the HTTP API: make, list and withdraw, and what a visitor may see."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Path
from pydantic import Field

from spaceport_contracts.places import FIRST
from spaceport_notify.known.ancestry import ancestry
from spaceport_notify.known.download import LINKED, AsLink, answer_file
from spaceport_notify.known.files import locate
from spaceport_notify.known.find import JobId, find
from spaceport_notify.known.status import Completion, delivered_attempt, figures_of, title_of
from spaceport_notify.known.view import JobView
from spaceport_notify.ports import Kit
from spaceport_notify.shares.camel import Camel
from spaceport_notify.shares.frame import SharedFrame, frame_of
from spaceport_notify.shares.share import (
    DAYS,
    MAX_DAYS,
    SHARES_PER_JOB,
    TOKEN,
    Share,
    new_share,
    share_id,
)
from spaceport_runtime.http.body import JSON
from spaceport_runtime.http.caller import caller
from spaceport_runtime.http.problems import Problem, responses
from spaceport_runtime.http.shell import HttpApi

PATH = "/shared/"
# Not the report and not the poses: they say where the photos were taken, and what they are called.
SHARED = ("scene.sog", "coarse.sog", "preview.png", "flythrough.webp")
PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


class ShareWanted(Camel):
    """For how long, and how much of it."""

    days: int = Field(default=DAYS, ge=1, le=MAX_DAYS)
    shows_place: bool = Field(default=False, description="tell where on Earth the scene is")


class ShareShown(Camel):
    """A share as its owner sees it; its token is not kept."""

    share_id: str
    created_at: datetime
    expires_at: datetime
    shows_place: bool


class NewShare(ShareShown):
    """Keep the path: it is told this once."""

    token: str
    path: str = Field(description="of the page, beside the token", examples=["/s/..."])


class ShareList(Camel):
    """A job's shares, expired ones left out."""

    shares: list[ShareShown]


class SharedScene(Camel):
    """What a visitor sees of the scene, and nothing of its owner."""

    title: str
    created_at: datetime
    expires_at: datetime
    figures: dict[str, float]
    files: dict[str, str] = Field(description="paths by name")
    frame: SharedFrame


def _answers(model: type[Camel]) -> dict[int, Any]:
    return {200: {"description": "Found", "content": {JSON: {"model": model}}}}


ShareId = Annotated[str, Path(description="as POST /jobs/{job_id}/shares answered it")]
ShareToken = Annotated[str, Path(description="as POST /jobs/{job_id}/shares answered it, once")]
SharedName = Annotated[str, Path(description=f"one of {', '.join((*SHARED, FIRST))}")]
CREATED = {201: {"description": "Shared", "content": {JSON: {"model": NewShare}}}}
NO_JOB = "No such job"
NOT_SHARED = {
    400: "Not a JSON object",
    404: NO_JOB,
    409: f"Not delivered yet, or {SHARES_PER_JOB} shares already",
    415: "Not JSON",
    422: "days is not a number that is allowed",
}
GONE = {404: "No such share: never made, withdrawn or expired"}


def add_share_routes(app: HttpApi, get_kit: Callable[[], Kit]) -> None:
    """Theirs and the visitors'."""

    @app.post(
        "/jobs/<job_id>/shares",
        summary="Share a scene by a link",
        tags=["shares"],
        responses=responses(NOT_SHARED, CREATED),
    )
    def share(job_id: JobId, body: Annotated[ShareWanted, Body()]) -> Response[NewShare]:
        made, token = share_job(job_id, body, get_kit())
        shown = _shown(made)
        answer = NewShare(**shown.model_dump(), token=token, path=f"/s/{token}")
        headers: dict[str, str | list[str]] = {"Cache-Control": "no-store"}
        return Response(HTTPStatus.CREATED.value, JSON, answer, headers)

    @app.get(
        "/jobs/<job_id>/shares",
        summary="A scene's shares",
        tags=["shares"],
        responses=responses({404: NO_JOB}, _answers(ShareList)),
    )
    def list_shares(job_id: JobId) -> ShareList:
        kit = get_kit()
        return ShareList(shares=[_shown(each) for each in _open_shares(find(job_id, kit), kit)])

    @app.delete(
        "/shares/<share_id>",
        summary="Withdraw a share",
        tags=["shares"],
        responses=responses({404: "No such share"}, {204: {"description": "Withdrawn"}}),
    )
    def withdraw(share_id: ShareId) -> Response[str]:
        kit = get_kit()
        known = kit.shares.find(share_id)
        if known is None or not caller().owns(known.owner):
            detail = f"There is no share {share_id[:64]}. GET /jobs/JOB/shares lists a job's."
            raise Problem(HTTPStatus.NOT_FOUND, detail)
        kit.shares.remove(known)
        return Response(HTTPStatus.NO_CONTENT.value, body="")

    @app.get(
        f"{PATH}<token>",
        summary="A shared scene",
        tags=["shared"],
        responses=responses(GONE, _answers(SharedScene)),
    )
    def visit(token: ShareToken) -> Response[SharedScene]:
        known, view = shared_by(token, get_kit())
        headers: dict[str, str | list[str]] = {**PRIVATE}
        return Response(HTTPStatus.OK.value, JSON, _scene(known, view, token, get_kit()), headers)

    @app.get(
        f"{PATH}<token>/files/<name>",
        summary="One of a shared scene's files",
        tags=["shared"],
        responses=responses({404: "No such share, or no such file"}, LINKED),
    )
    def get_shared_file(
        token: ShareToken, name: SharedName, as_link: AsLink = None
    ) -> Response[str]:
        kit = get_kit()
        _, view = shared_by(token, kit)
        if name not in (*SHARED, FIRST):
            detail = f"A share has no file {name[:64]}. Ask for one of {', '.join(SHARED)}."
            raise Problem(HTTPStatus.NOT_FOUND, detail)
        return answer_file(view, name, as_link, kit)


def share_job(job_id: str, wanted: ShareWanted, kit: Kit) -> tuple[Share, str]:
    """A new share and its token; raises Problem 404 unknown, 409 not delivered, or too many."""
    view = find(job_id, kit)
    if delivered_attempt(view) is None:
        detail = f"Job {job_id} has no scene to share. Wait until it is delivered."
        raise Problem(HTTPStatus.CONFLICT, detail)
    if len(_open_shares(view, kit)) >= SHARES_PER_JOB:
        detail = f"The job has {SHARES_PER_JOB} shares already. Withdraw one first."
        raise Problem(HTTPStatus.CONFLICT, detail)
    share, token = new_share(
        job_id, view.owner, wanted.days, kit.clock(), shows_place=wanted.shows_place
    )
    kit.shares.add(share)
    return share, token


def shared_by(token: str, kit: Kit) -> tuple[Share, JobView]:
    """What the token opens; raises the same Problem 404 whatever is wrong with it."""
    known = kit.shares.find(share_id(token)) if TOKEN.fullmatch(token) else None
    if known is not None and known.is_open(kit.clock()):
        view, _ = kit.table.read(known.job_id)
        if view is not None and delivered_attempt(view) is not None:
            return known, view
    detail = "This link opens nothing (any more). Ask whoever gave it to you for a new one."
    raise Problem(HTTPStatus.NOT_FOUND, detail)


def _open_shares(view: JobView, kit: Kit) -> list[Share]:
    now = kit.clock()
    return [share for share in kit.shares.of(view.job_id) if share.is_open(now)]


def _shown(share: Share) -> ShareShown:
    return ShareShown(
        share_id=share.id,
        created_at=share.created_at,
        expires_at=share.expires_at,
        shows_place=share.shows_place,
    )


def _scene(share: Share, view: JobView, token: str, kit: Kit) -> SharedScene:
    attempt = delivered_attempt(view)
    assert attempt is not None  # `shared_by` saw to it
    past = ancestry(view, attempt)
    ends: tuple[Completion | None, ...] = (past.trained, view.rounds[attempt].compressed)
    found = [name for name in SHARED if _is_there(view, name, kit)]
    return SharedScene(
        title=title_of(view, past),
        created_at=view.since,
        expires_at=share.expires_at,
        figures={name: value for end in ends if end for name, value in figures_of(end).items()},
        files={name: f"{PATH}{token}/files/{name}" for name in found},
        frame=frame_of(view, past.built, share.shows_place, kit.store),
    )


def _is_there(view: JobView, name: str, kit: Kit) -> bool:
    uri = locate(view, name)
    return uri is not None and kit.store.head(uri) is not None
