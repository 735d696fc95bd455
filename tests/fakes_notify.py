"""notify's ports in memory, for the unit tests and the choreography suite.

They keep the promises of the real ones (versions, unique rows) and can be told to misbehave.
"""

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.message import EmailMessage

from spaceport_contracts.events import EVENT_TYPES, Event, StageProgressed
from spaceport_notify.known.listing import Listed, Listing, listed
from spaceport_notify.known.view import JobView, merge
from spaceport_notify.ports import DELETED, AddressEntry, Commit, Kit, Row
from spaceport_notify.shares.share import Share
from spaceport_notify.webhooks.hook import Hook
from spaceport_runtime.ports import Clock, Store, StoredObject

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


class FakeStatusTable:
    """Views as JSON, so that nothing survives that would not survive DynamoDB."""

    def __init__(self) -> None:
        self.views: dict[str, tuple[str, int]] = {}
        self.rows: dict[str, dict[str, tuple[int, str, str]]] = {}
        self.progress: dict[str, str] = {}
        self.gone: set[str] = set()
        self.conflicts = 0

    def forget(self, job_id: str) -> None:
        self.gone.add(job_id)
        self.views.pop(job_id, None)
        self.rows.pop(job_id, None)
        self.progress.pop(job_id, None)

    def note(self, progress: StageProgressed) -> None:
        known = self.progress.get(progress.job_id)
        if known is None or said(known).occurred_at < progress.occurred_at:
            self.progress[progress.job_id] = progress.model_dump_json()

    def read(self, job_id: str) -> tuple[JobView | None, int]:
        if job_id in self.gone:
            return None, DELETED
        body, version = self.views.get(job_id, ("", 0))
        if not version:
            return None, 0
        view, latest = JobView.model_validate_json(body), self.progress.get(job_id)
        return (merge(view, said(latest)) if latest else view), version

    def commit(self, view: JobView, version: int, event: Event | None = None) -> Commit:
        if view.job_id in self.gone:
            return Commit.STALE
        rows = self.rows.setdefault(view.job_id, {})
        if event is not None and event.event_id in rows:
            return Commit.KNOWN
        if self.conflicts > 0:
            self.conflicts -= 1
            return Commit.STALE
        if self.views.get(view.job_id, ("", 0))[1] != version:
            return Commit.STALE
        self.views[view.job_id] = (view.model_dump_json(exclude_defaults=True), version + 1)
        if event is not None:
            rows[event.event_id] = (version + 1, event.detail_type(), event.model_dump_json())
        return Commit.DONE

    def events(self, job_id: str, after: int, limit: int) -> list[Row]:
        rows = sorted(self.rows.get(job_id, {}).values())
        parsed = [Row(seq, EVENT_TYPES[name].model_validate_json(body)) for seq, name, body in rows]
        return [row for row in parsed if row.seq > after][:limit]

    def jobs(self, listing: Listing, before: str | None, limit: int) -> list[Listed]:
        views = (JobView.model_validate_json(body) for body, _ in self.views.values())
        lines = [
            listed(view)
            for view in views
            if view.owner == listing.owner and listing.upload in (None, view.upload)
        ]
        wanted = [line for line in lines if listing.status in (None, line.summary.status)]
        newest = sorted(wanted, key=lambda line: line.listed_at, reverse=True)
        return [line for line in newest if before is None or line.listed_at < before][:limit]


def said(progress: str) -> StageProgressed:
    return StageProgressed.model_validate_json(progress)


class FakeMailer:
    """Keeps what was sent; raises `errors` first, one per call."""

    def __init__(self) -> None:
        self.sent: list[EmailMessage] = []
        self.errors: list[Exception] = []

    def send(self, message: EmailMessage) -> None:
        if self.errors:
            raise self.errors.pop(0)
        self.sent.append(message)

    @property
    def kinds(self) -> list[tuple[str, str, str]]:
        """(job, kind, recipient) of every message sent."""
        return [(m["X-Spaceport-Job"], m["X-Spaceport-Kind"], m["To"]) for m in self.sent]


class FakeAddresses:
    """Entries by address; tokens that can be told apart."""

    def __init__(self) -> None:
        self.silenced: dict[str, str] = {}
        self.tokens: dict[str, str] = {}

    def entry(self, address: str) -> AddressEntry:
        token = hashlib.sha256(address.lower().encode()).hexdigest()
        self.tokens[token] = address
        return AddressEntry(token, self.silenced.get(token))

    def silence(self, token: str, because: str) -> bool:
        if token in self.tokens:
            self.silenced.setdefault(token, because)
        return token in self.tokens

    def knows(self, token: str) -> bool:
        return token in self.tokens


class FakeBatches:
    """Batches in memory."""

    def __init__(self) -> None:
        self.members: dict[str, set[str]] = {}
        self.mails: set[str] = set()

    def join(self, batch_id: str, job_id: str) -> None:
        self.members.setdefault(batch_id, set()).add(job_id)

    def jobs(self, batch_id: str) -> list[str]:
        return sorted(self.members.get(batch_id, ()))

    def claim_mail(self, batch_id: str) -> bool:
        is_first = batch_id not in self.mails
        self.mails.add(batch_id)
        return is_first

    def release_mail(self, batch_id: str) -> None:
        self.mails.discard(batch_id)


class FakeHooks:
    """Webhooks and deliveries in memory."""

    def __init__(self) -> None:
        self.hooks: dict[str, Hook] = {}
        self.delivered: set[tuple[str, str]] = set()

    def add(self, hook: Hook) -> None:
        self.hooks[hook.id] = hook

    def of(self, owner: str) -> list[Hook]:
        return [hook for hook in self.hooks.values() if hook.owner == owner]

    def remove(self, owner: str, hook_id: str) -> bool:
        found = self.hooks.get(hook_id)
        if found is None or found.owner != owner:
            return False
        del self.hooks[hook_id]
        return True

    def was_delivered(self, hook_id: str, event_id: str) -> bool:
        return (hook_id, event_id) in self.delivered

    def mark_delivered(self, hook_id: str, event_id: str) -> None:
        self.delivered.add((hook_id, event_id))


class FakeShares:
    """Shares in memory, as JSON."""

    def __init__(self) -> None:
        self.shares: dict[str, str] = {}

    def add(self, share: Share) -> None:
        self.shares[share.id] = share.model_dump_json()

    def find(self, share_id: str) -> Share | None:
        found = self.shares.get(share_id)
        return Share.model_validate_json(found) if found else None

    def of(self, job_id: str) -> list[Share]:
        kept = [Share.model_validate_json(each) for each in self.shares.values()]
        return [share for share in kept if share.job_id == job_id]

    def remove(self, share: Share) -> None:
        self.shares.pop(share.id, None)


class FakeQueue:
    """Keeps what was put into it."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.dead: list[tuple[str, str]] = []

    def send_later(self, body: str, delay_s: int, tries: int) -> None:
        self.sent.append(body)

    def dead_letter(self, body: str, reason: str) -> None:
        self.dead.append((body, reason))


class FakePoster:
    """Answers with `answers`, one per call (a status, or an error to raise); 200 after that."""

    allows_loopback = False

    def __init__(self) -> None:
        self.posted: list[tuple[str, bytes, Mapping[str, str]]] = []
        self.answers: list[int | Exception] = []

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        self.posted.append((url, body, headers))
        answer = self.answers.pop(0) if self.answers else 200
        if isinstance(answer, Exception):
            raise answer
        return answer


class FakeStore:
    """Objects by URI."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.types: dict[str, str] = {}

    def head(self, uri: str) -> StoredObject | None:
        content = self.objects.get(uri)
        return None if content is None else StoredObject(len(content), "etag")

    def read(self, uri: str) -> bytes:
        return self.objects[uri]

    def sha256(self, uri: str) -> str:
        return hashlib.sha256(self.objects[uri]).hexdigest()

    def write(self, uri: str, content: bytes, content_type: str) -> None:
        self.objects[uri] = content
        self.types[uri] = content_type

    def remove(self, uri: str) -> None:
        below = [each for each in self.objects if uri.endswith("/") and each.startswith(uri)]
        for each in (uri, *below):
            self.objects.pop(each, None)


class FakeLinks:
    """Links that say what they lead to."""

    def temporary_link(self, uri: str, content_type: str, seconds: int) -> str:
        return f"https://signed.test/{uri.removeprefix('s3://')}?type={content_type}&for={seconds}"


def make_kit(
    table: FakeStatusTable | None = None,
    mailer: FakeMailer | None = None,
    store: Store | None = None,
    clock: Clock = lambda: NOON,
    sleep: Callable[[float], None] = lambda _seconds: None,
) -> Kit:
    """A kit on fakes."""
    return Kit(
        table=table or FakeStatusTable(),
        batches=FakeBatches(),
        mailer=mailer or FakeMailer(),
        addresses=FakeAddresses(),
        hooks=FakeHooks(),
        shares=FakeShares(),
        poster=FakePoster(),
        queue=FakeQueue(),
        store=store or FakeStore(),
        links=FakeLinks(),
        clock=clock,
        sleep=sleep,
        bucket="spaceport",
        sender="Spaceport <spaceport@example.org>",
        public_url="https://spaceport.example.org",
    )
