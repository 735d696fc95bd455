"""Whatever people write and however much they upload, an event and an item stay small.

EventBridge takes 256 KiB, DynamoDB 400 KB; we hold ourselves to 64 KiB.
"""

import types
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest
from pydantic import BaseModel

from spaceport_contracts.capture import RejectedPhoto
from spaceport_contracts.events import (
    EVENTS,
    FIGURES_SHOWN,
    REJECTED_SHOWN,
    CaptureRejected,
    Event,
)
from spaceport_contracts.failure import Failure, FailureClass
from spaceport_contracts.text import clip, json_bytes
from spaceport_ingest.settings import Limits
from spaceport_ingest.submission import Replay, Submission
from spaceport_runtime.aws.ledger import _end_id, _item, _run_id
from spaceport_runtime.lineage import to_outbox
from spaceport_runtime.ports import Run, RunKey

LIMIT_BYTES = 64 << 10
KEY_BYTES = 1024  # the longest name of an object in S3
URI = "s3://" + "b" * 63 + "/" + "k" * KEY_BYTES
HOSTILE = ("photo", "a" * 1_000_000, '\x00\x1b\\"' * 100_000, "\U0001f681ä" * 200_000, "\ud800" * 9)
LONG_NUMBER = 1.2345678901234567e-300
PATTERNED = {
    "event_id": "0" * 36,
    "job_id": "f" * 32,
    "batch_id": "f" * 32,
    "correlation_id": "f" * 32,
    "causation_id": f"upload:{URI}#" + "0" * 36,
    "uri": URI,
    "prefix": URI + "/",
    "sha256": "0" * 64,
    "attempt": 99,
    "photo_side_px": 4800,
    "max_gaussians": 10_000_000,
    "sh_degree": 3,
}


def _largest(model: type[BaseModel], text: str) -> dict[str, Any]:
    """Every field as large as it may come, by its type."""
    return {
        name: PATTERNED.get(name) or _value(field.annotation, text)
        for name, field in model.model_fields.items()
    }


def _value(kind: Any, text: str) -> Any:
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType, Annotated):
        return _value(parts[0], text)
    if origin is tuple:
        return [_largest(parts[0], text)] * Limits().max_zip_entries
    if origin is dict:
        return {f"{n}{text[:1000]}": LONG_NUMBER for n in range(1000)}
    if origin is Literal or issubclass(kind, StrEnum):
        return parts[0] if parts else next(iter(kind))
    if issubclass(kind, BaseModel):
        return _largest(kind, text)
    return {str: text, int: 2**53, float: LONG_NUMBER, datetime: _now()}[kind]


def _now() -> datetime:
    return datetime(2026, 11, 1, tzinfo=UTC)


def _events(text: str) -> Iterator[Event]:
    for model in EVENTS:
        yield model.model_validate(_largest(model, text))


@pytest.mark.parametrize("text", HOSTILE, ids=("plain", "long", "escaped", "astral", "surrogates"))
def test_every_event_is_small_whatever_is_in_it(text: str) -> None:
    sizes = {type(event).__name__: len(event.model_dump_json().encode()) for event in _events(text)}
    assert {name: size for name, size in sizes.items() if size > LIMIT_BYTES} == {}


@pytest.mark.parametrize("text", HOSTILE, ids=("plain", "long", "escaped", "astral", "surrogates"))
def test_every_item_of_the_ledger_is_small(text: str) -> None:
    key = RunKey("compress", "f" * 32, 99)
    asked: list[BaseModel] = [Submission.model_validate(_largest(Submission, "u" * 2048))]
    asked += [Replay.model_validate(_largest(Replay, "t" * 254))]
    events = list(_events(text))
    requests = [event for event in events if not event.terminal]
    for cause in (*asked, *requests):
        for event in events:
            if event.detail_type() == "CaptureRejected" and cause in requests:
                continue  # ingest's own, and nothing that a stage ends with
            run = Run(key, _now().isoformat(), type(cause).__name__, cause.model_dump_json())
            item = _item(run) | {"outcome": to_outbox((event,))}
            size_bytes = sum(len(f"{name}{value}".encode()) for name, value in item.items())
            assert size_bytes < LIMIT_BYTES, (type(cause), type(event))
    assert len(_run_id(key)) < 2048 > len(_end_id(key.job_id, 99))


def test_a_rejection_names_the_first_and_counts_all() -> None:
    refused = tuple(RejectedPhoto(name=f"{n}.raw", reason="raw") for n in range(20_000))
    event = CaptureRejected(
        event_id="e",
        job_id="f" * 32,
        correlation_id="c",
        causation_id="u",
        occurred_at=_now(),
        attempt=1,
        email=None,
        title="t",
        reason="r",
        remedy="m",
        rejected=refused,
    )
    assert event.rejected == refused[:REJECTED_SHOWN]
    assert event.rejected_total == 20_000
    again = CaptureRejected.model_validate_json(event.model_dump_json())
    assert again == event


def test_figures_are_few() -> None:
    (progressed,) = (event for event in _events("x") if event.detail_type() == "StageProgressed")
    assert len(progressed.model_dump()["figures"]) == FIGURES_SHOWN


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("limit_bytes", [3, 10, 400])
def test_text_is_cut_to_the_bytes_of_its_json(text: str, limit_bytes: int) -> None:
    cut = clip(text, limit_bytes)
    assert json_bytes(cut) <= limit_bytes
    assert cut == text or cut.endswith("…") or "?" in cut


def test_text_that_fits_is_left_alone() -> None:
    assert clip("Ein Weg über 3 Brücken", 400) == "Ein Weg über 3 Brücken"


@pytest.mark.parametrize("text", HOSTILE)
def test_a_failure_survives_what_sagemaker_cuts_off_and_writes_around_it(text: str) -> None:
    failure = Failure(failure_class=FailureClass.USER, reason=text, remedy=text, retries=1)
    told = f"AlgorithmError: {failure.as_text()}, exit code: 1"
    assert len(told.encode()) <= 1024
    found = Failure.found_in(told)
    assert found is not None
    assert (found.failure_class, found.retries) == (FailureClass.USER, 1)
    assert found.reason[:5] == failure.reason[:5]


@pytest.mark.parametrize(
    "text", ["", "{", "{}", "[1]", '{"class": "nobody"}', "{" * 1000, '{"class": 1, "reason": {}}']
)
def test_what_is_no_failure_is_none(text: str) -> None:
    assert Failure.found_in(text) is None


def test_a_failure_is_found_behind_other_braces() -> None:
    text = 'set {a} and {"b": 1}: {"class": "user", "reason": "r", "remedy": "m"} {'
    found = Failure.found_in(text)
    assert found == Failure(failure_class=FailureClass.USER, reason="r", remedy="m")
