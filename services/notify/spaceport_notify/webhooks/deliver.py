"""Post events to the hooks that want them: each again and again for a day, then given up."""

import json
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from pydantic import ValidationError

from spaceport_contracts.events import Event, JobDeleted
from spaceport_contracts.webhook import JobWebhook, job_webhook_uri
from spaceport_notify.ports import DELETED, Kit
from spaceport_notify.webhooks.hook import SILENT, DeliveryDue, Hook, Signature, due_to
from spaceport_runtime.errors import Poison, Retryable
from spaceport_runtime.http.outward import Forbidden
from spaceport_runtime.observe import logger

PATIENCE = timedelta(days=1)
NOTE = DeliveryDue.__name__
GONE = "gone"  # in the place of an event's id: a job's own webhook answered 410


def announce(event: Event, owner: str, kit: Kit) -> None:
    """Put a note into our queue for each hook of the job's owner, and for the job's own.

    An event that comes again makes another note, whose delivery finds that it was done.
    """
    if isinstance(event, SILENT):
        return
    notes = [due_to(hook.id, owner, event) for hook in kit.hooks.of(owner)]
    kept_at = job_webhook_uri(event.job_id, kit.bucket)
    if not isinstance(event, JobDeleted) and kit.store.head(kept_at) is not None:
        notes.append(due_to(f"job-{event.job_id}", owner, event, kept_at))
    for note in notes:
        detail = note.model_dump(mode="json")
        message = {"source": "spaceport.notify", "detail-type": NOTE, "detail": detail}
        kit.queue.send_later(json.dumps(message), 0, 0)


def on_due(detail: Any, kit: Kit) -> None:
    """One try. Raises Retryable to be called again, Poison with the reason to give up."""
    try:
        due = DeliveryDue.model_validate(detail)
    except ValidationError as error:
        raise Poison(f"not a {NOTE}: {error}") from error
    hook = _hook_of(due, kit)
    if hook is None or kit.hooks.was_delivered(due.hook_id, due.event_id):
        return
    if _is_of_the_past(due, kit):
        return
    try:
        _try(due, hook, kit)
    except Retryable as busy:
        if kit.clock() - due.since > PATIENCE:
            raise Poison(f"given up after a day: {busy}") from busy
        raise
    kit.hooks.mark_delivered(due.hook_id, due.event_id)


def _hook_of(due: DeliveryDue, kit: Kit) -> Hook | None:
    """As it stands now; None where it was removed, or went with its job."""
    if not due.kept_at:
        return next((each for each in kit.hooks.of(due.owner) if each.id == due.hook_id), None)
    if kit.hooks.was_delivered(due.hook_id, GONE) or kit.store.head(due.kept_at) is None:
        return None
    kept = JobWebhook.model_validate_json(kit.store.read(due.kept_at))
    return Hook(
        id=due.hook_id, owner=due.owner, url=kept.url, secret=kept.secret, created_at=due.since
    )


def _is_of_the_past(due: DeliveryDue, kit: Kit) -> bool:
    """Of a deleted job nothing more is told than that it was."""
    if due.event.get("type") == JobDeleted.detail_type():
        return False
    return kit.table.read(due.job_id)[1] == DELETED


def _try(due: DeliveryDue, hook: Hook, kit: Kit) -> None:
    body = due.body()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Spaceport-Webhook/1",
        "Spaceport-Delivery": due.delivery_id,
        "Spaceport-Signature": Signature(hook.secret).header(body, kit.clock()),
    }
    try:
        status = kit.poster.post(hook.url, body, headers)
    except Forbidden as forbidden:
        raise Poison(f"webhook {hook.id}: {forbidden}") from forbidden
    if status == HTTPStatus.GONE:
        if due.kept_at:
            kit.hooks.mark_delivered(hook.id, GONE)
        else:
            kit.hooks.remove(hook.owner, hook.id)
        logger.info("webhook is gone", extra={"webhook": hook.id})
    elif not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        raise Retryable(f"webhook {hook.id} answered {status}")
