"""A job's own webhook, from its request into a file that only notify reads."""

from http import HTTPStatus

from spaceport_contracts.webhook import JobWebhook, job_webhook_uri
from spaceport_ingest.ports import Kit
from spaceport_ingest.requests.problems import REMEDIES
from spaceport_runtime.http.outward import Forbidden, check_form
from spaceport_runtime.http.problems import field_problem

FIELD = "webhook.url"


def check_webhook(webhook: JobWebhook | None, kit: Kit) -> None:
    """Raises Problem (422) for an address that is none; notify looks where it leads each time."""
    if webhook is None:
        return
    try:
        check_form(webhook.url, kit.webhooks_to_loopback)
    except Forbidden as forbidden:
        raise field_problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            FIELD,
            f"This cannot be posted to: {forbidden}.",
            REMEDIES[FIELD],
        ) from forbidden


def keep_webhook(webhook: JobWebhook | None, job_id: str, kit: Kit) -> None:
    """Before anything is said of the job, so that all of it is posted."""
    if webhook is not None:
        body = webhook.model_dump_json().encode()
        kit.platform.store.write(job_webhook_uri(job_id, kit.bucket), body, "application/json")
