"""A job that is asked for, and its files, for whoever may see it."""

import re
from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path

from spaceport_notify.known.files import CONTENT_TYPES, PHOTO_TYPE, locate, locate_photo
from spaceport_notify.known.live import locate_live
from spaceport_notify.known.view import JobView
from spaceport_notify.ports import Kit
from spaceport_runtime.http.caller import caller
from spaceport_runtime.http.problems import Problem

LINK_SECONDS = 3600
# Looser than ids are: what the table would refuse to look for is just as unknown.
JOB_ID = re.compile(r"[a-z0-9]{1,64}")
JobId = Annotated[str, Path(description="as POST /start-job answered it")]


def find(job_id: str, kit: Kit) -> JobView:
    """The job's view; raises Problem 404 for an unknown job, and for one of somebody else."""
    view = kit.table.read(job_id)[0] if JOB_ID.fullmatch(job_id) else None
    if view is None or not caller().owns(view.owner):
        remedy = "Check the id; a job that was just uploaded appears within a few seconds."
        raise Problem(HTTPStatus.NOT_FOUND, f"There is no job {job_id[:64]}. {remedy}")
    return view


def redirect(view: JobView, name: str, kit: Kit) -> Response[str]:
    """302 to a temporary link; raises Problem 404 for a file that is not there."""
    uri = locate(view, name) or locate_live(view, name, kit.bucket)
    if uri is None or kit.store.head(uri) is None:
        remedy = f"Wait until the job is delivered, and ask for one of {', '.join(CONTENT_TYPES)}."
        raise Problem(HTTPStatus.NOT_FOUND, f"There is no file {name[:64]} (yet). {remedy}")
    return _link(uri, CONTENT_TYPES[name], kit)


def redirect_to_photo(view: JobView, name: str, kit: Kit) -> Response[str]:
    """302 to a temporary link; raises Problem 404 for a photo that the scene does not rest on."""
    uri = locate_photo(view, name)
    if uri is None or kit.store.head(uri) is None:
        remedy = "Wait until the job is delivered, and ask for a name from its geo.json."
        raise Problem(HTTPStatus.NOT_FOUND, f"There is no photo {name[:64]} (yet). {remedy}")
    return _link(uri, PHOTO_TYPE, kit)


def _link(uri: str, content_type: str, kit: Kit) -> Response[str]:
    link = kit.links.temporary_link(uri, content_type, LINK_SECONDS)
    headers = {"Location": link, "Cache-Control": "no-store"}
    return Response(HTTPStatus.FOUND.value, headers=headers, body="")
