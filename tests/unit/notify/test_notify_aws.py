"""The real ports against moto."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends
from tests.fakes_notify import NOON
from tests.http_requests import ADA
from tests.unit.notify.story import EMAIL, JOB, Story

from spaceport_contracts.events import Stage, StageProgressed
from spaceport_notify import handler
from spaceport_notify.aws.addresses import DynamoAddresses
from spaceport_notify.aws.hooks import DynamoHooks
from spaceport_notify.aws.links import S3Links
from spaceport_notify.aws.mail import SEND_ONCE, SesMailer
from spaceport_notify.aws.shares import DynamoShares
from spaceport_notify.aws.table import DynamoStatusTable
from spaceport_notify.known.listing import Listing
from spaceport_notify.known.record import record
from spaceport_notify.known.status import Status, job_status
from spaceport_notify.known.view import JobView, merge
from spaceport_notify.letters.due import due_letter
from spaceport_notify.letters.mail import compose
from spaceport_notify.letters.places import Places
from spaceport_notify.letters.write import Letter, write_letter
from spaceport_notify.ports import DELETED, Commit, MailRefused, MailUncertain
from spaceport_notify.shares.share import new_share, share_id
from spaceport_notify.tables import TABLE_DEFINITION
from spaceport_notify.webhooks.hook import new_hook
from spaceport_runtime.errors import Retryable

REGION = "us-east-1"


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield


@pytest.fixture
def table(aws: None) -> DynamoStatusTable:
    client = boto3.client("dynamodb")
    client.create_table(TableName="spaceport-status", **TABLE_DEFINITION)
    return DynamoStatusTable(client, "spaceport-status")


def test_views_are_written_under_their_version_only(table: DynamoStatusTable) -> None:
    first, second = Story().whole()[:2]
    assert table.read(JOB) == (None, 0)
    view = merge(None, first)
    assert table.commit(view, 0, first) is Commit.DONE
    assert table.read(JOB) == (view, 1)
    assert table.commit(view, 0, second) is Commit.STALE
    assert table.commit(merge(view, second), 1, first) is Commit.KNOWN
    assert table.commit(merge(view, second), 1, second) is Commit.DONE
    assert [row.seq for row in table.events(JOB, 0, 100)] == [1, 2]
    assert [row.event for row in table.events(JOB, 1, 100)] == [second]
    assert table.commit(merge(view, second), 2) is Commit.DONE
    assert len(table.events(JOB, 0, 100)) == 2


def test_a_whole_job_twice_over(table: DynamoStatusTable) -> None:
    events = Story().whole()
    for event in [*reversed(events), *events]:
        record(event, table)
    view, _ = table.read(JOB)
    expected = None
    for event in events:
        expected = merge(expected, event)
    assert view is not None
    assert expected is not None
    assert job_status(view) == job_status(expected)  # of progress, what nobody sees is not kept
    rows = table.events(JOB, 0, 1000)
    assert len({row.event.event_id for row in rows}) == len(rows)


def progress(n: int, minute: float) -> StageProgressed:
    """Of a step of 1,000: each tenth of it is a row, what is between is not."""
    built = Story().built(Story().requested())
    of_train = Story().stage(Stage.TRAIN, 4, built)[-1]
    at = NOON + timedelta(minutes=minute)
    changes = {"event_id": f"progress-{n}", "n": n, "m": 1000, "occurred_at": at}
    return of_train.model_copy(update=changes)  # type: ignore[return-value]


def test_progress_between_rows_is_an_item_of_its_own(
    table: DynamoStatusTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    requested = Story().requested()
    for event in (requested, Story().built(requested), progress(100, 5)):
        record(event, table)
    rows, version = len(table.events(JOB, 0, 100)), table.read(JOB)[1]
    writes: list[str] = []
    client = table._client
    client.meta.events.register(
        "before-call.dynamodb", lambda model, **_: writes.append(model.name)
    )
    view = record(progress(150, 6), table)
    assert view is not None
    assert view == table.read(JOB)[0]
    said = view.current.traces[Stage.TRAIN].progressed
    assert said is not None
    assert said.n == 150
    assert (len(table.events(JOB, 0, 100)), table.read(JOB)[1]) == (rows, version)
    assert "TransactWriteItems" not in writes
    assert writes.count("PutItem") == 1
    items = client.scan(TableName=table._table)["Items"]
    sizes = {item["sk"]["S"]: len(json.dumps(item)) for item in items}
    assert sizes["view#progress"] < 1024 < sizes["view"]  # one write unit, not one a kilobyte


def test_what_comes_late_takes_no_progress_back(table: DynamoStatusTable) -> None:
    requested = Story().requested()
    for event in (requested, Story().built(requested), progress(100, 5), progress(180, 7)):
        record(event, table)
    table.note(progress(150, 6))
    view = table.read(JOB)[0]
    assert view is not None
    said = view.current.traces[Stage.TRAIN].progressed
    assert said is not None
    assert said.n == 180


def test_progress_of_a_job_that_is_deleted_meanwhile_leaves_nothing(
    table: DynamoStatusTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    requested = Story().requested()
    for event in (requested, Story().built(requested), progress(100, 5)):
        record(event, table)
    note = table.note

    def note_too_late(said: StageProgressed) -> None:
        table.forget(JOB)
        note(said)

    monkeypatch.setattr(table, "note", note_too_late)
    assert record(progress(150, 6), table) is None
    items = table._client.scan(TableName=table._table)["Items"]
    assert items == [{"job_id": {"S": JOB}, "sk": {"S": "view"}, "gone": {"BOOL": True}}]


def test_a_forgotten_job_leaves_a_stone_and_no_row(table: DynamoStatusTable) -> None:
    events = Story().whole()
    for event in events:
        record(event, table)
    table.note(progress(150, 6))
    table.forget(JOB)
    assert table.read(JOB) == (None, DELETED)
    assert table.events(JOB, 0, 1000) == []
    assert table.jobs(Listing(""), None, 100) == []
    assert all(record(event, table) is None for event in events)
    assert table.commit(merge(None, events[0]), 0, events[0]) is Commit.STALE
    table.forget(JOB)
    items = table._client.scan(TableName=table._table)["Items"]
    assert items == [{"job_id": {"S": JOB}, "sk": {"S": "view"}, "gone": {"BOOL": True}}]


def letter_of(view: JobView) -> Letter:
    due = due_letter(view, 1)
    assert due is not None
    return write_letter(due, view, Places("https://spaceport.example.org"), None)


def test_ses_gets_the_whole_message(aws: None) -> None:
    client = boto3.client("sesv2")
    client.create_email_identity(EmailIdentity="spaceport@example.org")
    story = Story(title="Plage de Noël")
    view = merge(merge(None, story.requested()), story.failed(Stage.SFM, story.requested()))
    letter = letter_of(view)
    SesMailer(client).send(compose(letter, "Spaceport <spaceport@example.org>"))
    sent = ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages
    assert len(sent) == 1
    assert set(sent[0].destinations) == {EMAIL}  # moto adds the header's to the envelope's
    with pytest.raises(MailRefused):
        SesMailer(client).send(compose(letter, "nobody@example.net"))


@dataclass
class BrokenClient:
    """An SES client that fails in one way."""

    error: Exception

    def send_email(self, **_: Any) -> None:
        raise self.error


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (ClientError({"Error": {"Code": "Throttling"}}, "SendEmail"), Retryable),
        (ClientError({"Error": {"Code": "MessageRejected"}}, "SendEmail"), MailRefused),
        (ClientError({"Error": {"Code": "InternalFailure"}}, "SendEmail"), MailUncertain),
        (EndpointConnectionError(endpoint_url="https://ses"), Retryable),
        (ReadTimeoutError(endpoint_url="https://ses"), MailUncertain),
    ],
)
def test_what_a_failed_send_means(error: Exception, meaning: type[Exception]) -> None:
    letter = letter_of(merge(None, Story().rejected()))
    with pytest.raises(meaning):
        SesMailer(BrokenClient(error)).send(compose(letter, "a@example.org"))  # type: ignore[arg-type]


def test_boto3_never_sends_a_mail_again_by_itself(aws: None) -> None:
    client = boto3.client("sesv2", config=SEND_ONCE)
    assert client.meta.config.retries["total_max_attempts"] == 1  # type: ignore[attr-defined]


def test_links_are_signed_and_typed(aws: None) -> None:
    link = S3Links(boto3.client("s3")).temporary_link("s3://b/a/report.html", "text/html", 60)
    assert "response-content-type=text%2Fhtml" in link
    assert "Signature=" in link


def test_the_handlers_work_end_to_end(
    table: DynamoStatusTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPACEPORT_BUCKET", "spaceport")
    monkeypatch.setenv("SPACEPORT_NOTIFY_SENDER", "spaceport@example.org")
    boto3.client("ses").verify_email_identity(EmailAddress="spaceport@example.org")
    boto3.client("sqs").create_queue(QueueName="spaceport-notify")
    boto3.client("s3").create_bucket(Bucket="spaceport")
    for cached in (handler._kit, handler._backoff):
        cached.cache_clear()
    event = Story().rejected()
    body = {
        "source": "spaceport.ingest",
        "detail-type": "CaptureRejected",
        "detail": event.model_dump(mode="json"),
    }
    records = [
        {"messageId": "1", "body": json.dumps(body), "attributes": {}, "messageAttributes": {}}
    ]
    assert handler.on_message({"Records": records}, None) == {"batchItemFailures": []}
    view, _ = table.read(JOB)
    assert view is not None
    assert [key.rpartition("/")[0] for key in view.mails] == ["1/rejected"]
    for cached in (handler._kit, handler._backoff):
        cached.cache_clear()


def test_lists_of_jobs_come_from_the_indices(table: DynamoStatusTable) -> None:
    story = Story()
    for n in range(5):
        job_id = f"listed{n:03d}"
        request = story.requested(minute=n).model_copy(update={"job_id": job_id})
        record(request, table)
        if n % 2:
            failed = story.failed(Stage.SFM, request, n + 0.5)
            record(failed.model_copy(update={"job_id": job_id}), table)

    def names(listing: Listing, before: str | None = None, limit: int = 10) -> list[str]:
        return [line.summary.job_id for line in table.jobs(listing, before, limit)]

    everything = [f"listed{n:03d}" for n in (4, 3, 2, 1, 0)]
    assert names(Listing(ADA)) == everything
    assert names(Listing("eve")) == []
    assert names(Listing(ADA, Status.FAILED)) == ["listed003", "listed001"]
    assert names(Listing(ADA, Status.QUEUED)) == ["listed004", "listed002", "listed000"]
    upload = "s3://spaceport/uploads/x/manifest.json"
    assert names(Listing(ADA, upload=upload)) == everything
    assert names(Listing(ADA, Status.FAILED, upload), limit=1) == ["listed003"]
    assert names(Listing(ADA, upload="s3://spaceport/other")) == []
    first = table.jobs(Listing(ADA), None, 2)
    assert names(Listing(ADA), first[-1].listed_at, 2) == ["listed002", "listed001"]


def test_an_address_keeps_its_token_and_its_silence(table: DynamoStatusTable) -> None:
    addresses = DynamoAddresses(boto3.client("dynamodb"), "spaceport-status")
    first = addresses.entry(EMAIL)
    assert first == addresses.entry(EMAIL.upper())
    assert first.token != addresses.entry("eve@example.org").token
    assert addresses.knows(first.token)
    for wrong in ("0" * 64, first.token[:-1] + "!", first.token[:32], first.token[:32] + "0" * 32):
        assert not addresses.knows(wrong)
        assert not addresses.silence(wrong, "unsubscribed")
    assert addresses.entry(EMAIL).silenced is None
    assert addresses.silence(first.token, "bounced")
    assert addresses.silence(first.token, "complained")
    assert addresses.entry(EMAIL).silenced == "bounced"


class Sent:
    """An SES client that remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: dict[str, Any] = {}

    def send_email(self, **asked: Any) -> None:
        self.asked = asked


@pytest.mark.parametrize("name", [None, "spaceport-mail"])
def test_a_configuration_set_hears_of_bounces(name: str | None) -> None:
    client = Sent()
    letter = letter_of(merge(None, Story().rejected()))
    SesMailer(client, name).send(compose(letter, "a@example.org"))  # type: ignore[arg-type]
    assert client.asked.get("ConfigurationSetName") == name
    assert client.asked["Destination"] == {"ToAddresses": [EMAIL]}


def test_webhooks_belong_to_their_owner(table: DynamoStatusTable) -> None:
    hooks = DynamoHooks(boto3.client("dynamodb"), "spaceport-status")
    first, second = (new_hook("ada", f"https://{n}.example.org", NOON) for n in "ab")
    later = second.model_copy(update={"created_at": NOON + timedelta(minutes=1)})
    hooks.add(later)
    hooks.add(first)
    assert hooks.of("ada") == [first, later]
    assert hooks.of("") == []
    assert not hooks.remove("eve", first.id)
    assert not hooks.was_delivered(first.id, "e")
    hooks.mark_delivered(first.id, "e")
    assert hooks.was_delivered(first.id, "e") and not hooks.was_delivered(second.id, "e")
    assert hooks.remove("ada", first.id) and not hooks.remove("ada", first.id)
    assert not hooks.remove("ada", "x" * 5000)
    assert hooks.of("ada") == [later]


def test_shares_stand_in_two_places_and_go_from_both(table: DynamoStatusTable) -> None:
    shares = DynamoShares(boto3.client("dynamodb"), "spaceport-status")
    first, token = new_share("job", ADA, 1, NOON)
    second = new_share("job", ADA, 1, NOON + timedelta(minutes=1))[0]
    shares.add(second)
    shares.add(first)
    assert shares.find(share_id(token)) == first
    assert shares.of("job") == [first, second]
    assert shares.of("jo") == [] and shares.find("x" * 5000) is None
    shares.remove(first)
    shares.remove(first)
    assert shares.find(first.id) is None and shares.of("job") == [second]
