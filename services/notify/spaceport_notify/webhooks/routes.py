"""The webhooks' part of the HTTP API."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Path
from pydantic import BaseModel, ConfigDict, Field

from spaceport_notify.ports import Kit
from spaceport_notify.webhooks.hook import HOOKS_PER_OWNER, Hook, new_hook
from spaceport_runtime.http.body import JSON
from spaceport_runtime.http.caller import caller
from spaceport_runtime.http.outward import MAX_CHARACTERS, Forbidden, check_form
from spaceport_runtime.http.problems import Problem, field_problem, responses
from spaceport_runtime.http.shell import HttpApi

REMEDY = "Give an https:// address on the public internet."


class WebhookWanted(BaseModel):
    """Where the events of my jobs are to be posted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Field(min_length=1, max_length=MAX_CHARACTERS, examples=["https://example.org/hook"])


class Webhook(BaseModel):
    """A registered webhook."""

    id: str
    url: str
    created_at: datetime


class NewWebhook(Webhook):
    """Keep the secret: it is told this once.

    Every POST carries `Spaceport-Signature: t=<seconds>,v1=<hex>`, the HMAC-SHA256 with the secret
    over `<seconds>.<body>`, and `Spaceport-Delivery`, the same for every try. Answer 2xx within
    a few seconds; anything else is tried again for a day, and 410 removes the webhook.
    """

    secret: str


class WebhookList(BaseModel):
    """All of mine."""

    webhooks: list[Webhook]


HookId = Annotated[str, Path(description="as POST /webhooks answered it")]
CREATED = {201: {"description": "Registered", "content": {JSON: {"model": NewWebhook}}}}
NOT_TAKEN = {
    409: f"There are {HOOKS_PER_OWNER} already",
    415: "Not JSON",
    422: "Not an address that may be posted to",
}


def add_webhook_routes(app: HttpApi, get_kit: Callable[[], Kit]) -> None:
    """Register, list, remove."""

    @app.post(
        "/webhooks",
        summary="Post my jobs' events to an address",
        tags=["webhooks"],
        responses=responses(NOT_TAKEN, CREATED),
    )
    def register(body: Annotated[WebhookWanted, Body()]) -> Response[NewWebhook]:
        hook = add_hook(body.url, get_kit())
        answer = NewWebhook(**_shown(hook).model_dump(), secret=hook.secret)
        return Response(HTTPStatus.CREATED.value, JSON, answer)

    @app.get("/webhooks", summary="My webhooks", tags=["webhooks"])
    def list_hooks() -> WebhookList:
        return WebhookList(webhooks=[_shown(hook) for hook in get_kit().hooks.of(caller().subject)])

    @app.delete(
        "/webhooks/<hook_id>",
        summary="Post there no more",
        tags=["webhooks"],
        responses=responses({404: "No such webhook"}, {204: {"description": "Removed"}}),
    )
    def remove(hook_id: HookId) -> Response[str]:
        if not get_kit().hooks.remove(caller().subject, hook_id):
            detail = f"There is no webhook {hook_id[:64]}. GET /webhooks lists yours."
            raise Problem(HTTPStatus.NOT_FOUND, detail)
        return Response(HTTPStatus.NO_CONTENT.value, body="")


def add_hook(url: str, kit: Kit) -> Hook:
    """Register; raises Problem 422 for an address that is none, 409 when there are enough."""
    try:
        check_form(url, kit.poster.allows_loopback)
    except Forbidden as forbidden:
        message = f"This cannot be posted to: {forbidden}."
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        raise field_problem(status, "url", message, REMEDY) from forbidden
    owner = caller().subject
    if len(kit.hooks.of(owner)) >= HOOKS_PER_OWNER:
        detail = f"There are {HOOKS_PER_OWNER} webhooks already. Remove one first."
        raise Problem(HTTPStatus.CONFLICT, detail)
    hook = new_hook(owner, url, kit.clock())
    kit.hooks.add(hook)
    return hook


def _shown(hook: Hook) -> Webhook:
    return Webhook(id=hook.id, url=hook.url, created_at=hook.created_at)
