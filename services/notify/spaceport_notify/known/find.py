"""A job that is asked for, for whoever may see it."""

import re
from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path

from spaceport_notify.known.view import JobView
from spaceport_notify.ports import Kit
from spaceport_runtime.http.caller import caller
from spaceport_runtime.http.problems import Problem

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
