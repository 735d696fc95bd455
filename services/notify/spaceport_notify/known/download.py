"""A job's files, as temporary links: a redirect, or the address as JSON."""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from spaceport_contracts.places import FIRST, LEVELS
from spaceport_notify.known.files import (
    CONTENT_TYPES,
    NAMES,
    PHOTO_TYPE,
    locate,
    locate_photo,
)
from spaceport_notify.known.live import locate_live
from spaceport_notify.known.view import JobView
from spaceport_notify.ports import Kit
from spaceport_runtime.http.body import JSON
from spaceport_runtime.http.problems import Problem

LINK_SECONDS = 3600


class FileLink(BaseModel):
    """Where a file is to be had, by whoever has this address, until then."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    url: str
    expires_at: datetime


AsLink = Annotated[
    Literal["link"] | None,
    Query(
        alias="as",
        description="link: the address as JSON instead of a redirect, for pages that sign in with "
        "a token, which must not follow them to another host",
    ),
]
LINKED: dict[int, Any] = {
    200: {"description": "With as=link", "content": {JSON: {"model": FileLink}}},
    302: {"description": f"To a link to the file, good for {LINK_SECONDS // 60} minutes"},
}


def answer_file(view: JobView, name: str, as_link: AsLink, kit: Kit) -> Response[str]:
    """A temporary link; raises Problem 404 for a file that is not there."""
    for each in LEVELS if name == FIRST else (name,):
        uri = locate(view, each) or locate_live(view, each, kit.bucket)
        if uri is not None and kit.store.head(uri) is not None:
            return _link(uri, CONTENT_TYPES[each], as_link, kit)
    remedy = f"Wait until the job is delivered, and ask for one of {', '.join(NAMES)}."
    raise Problem(HTTPStatus.NOT_FOUND, f"There is no file {name[:64]} (yet). {remedy}")


def answer_photo(view: JobView, name: str, as_link: AsLink, kit: Kit) -> Response[str]:
    """A temporary link; raises Problem 404 for a photo that the scene does not rest on."""
    uri = locate_photo(view, name)
    if uri is None or kit.store.head(uri) is None:
        remedy = "Wait until the job is delivered, and ask for a name from its geo.json."
        raise Problem(HTTPStatus.NOT_FOUND, f"There is no photo {name[:64]} (yet). {remedy}")
    return _link(uri, PHOTO_TYPE, as_link, kit)


def _link(uri: str, content_type: str, as_link: AsLink, kit: Kit) -> Response[str]:
    link = kit.links.temporary_link(uri, content_type, LINK_SECONDS)
    headers: dict[str, str | list[str]] = {"Cache-Control": "no-store"}
    if as_link is None:
        return Response(HTTPStatus.FOUND.value, headers={**headers, "Location": link}, body="")
    until = kit.clock() + timedelta(seconds=LINK_SECONDS)
    told = FileLink(url=link, expires_at=until).model_dump_json(by_alias=True)
    return Response(HTTPStatus.OK.value, JSON, told, headers)
