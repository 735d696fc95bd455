"""What notify asks of the outside world, besides runtime's Store.

`aws.py` implements these with boto3; `tests/fakes_notify.py` in memory.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from enum import StrEnum
from typing import Protocol

from spaceport_contracts.events import Event, StageProgressed
from spaceport_notify.known.listing import Listed, Listing
from spaceport_notify.known.view import JobView
from spaceport_notify.shares.share import Share
from spaceport_notify.webhooks.hook import Hook
from spaceport_runtime.errors import SpaceportError
from spaceport_runtime.ports import Clock, Queue, Store


class Commit(StrEnum):
    """DONE; STALE: somebody was faster, read again; KNOWN: the event is in the log already."""

    DONE = "done"
    STALE = "stale"
    KNOWN = "known"


@dataclass(frozen=True)
class Row:
    """One line of a job's event log; `seq` grows in order of arrival and never repeats."""

    seq: int
    event: Event


DELETED = -1
"""The version of a job that was deleted: nothing is known of it, nor can be again."""


class StatusTable(Protocol):
    """A job's view, under optimistic concurrency, its event log, and its latest progress."""

    def read(self, job_id: str) -> tuple[JobView | None, int]:
        """The view with the latest progress in it, read consistently, and its version.

        (None, 0) for an unknown job, (None, DELETED) for a deleted one.
        """

    def note(self, progress: StageProgressed) -> None:
        """Keep it as the job's latest, unless a later one is there; the version stays."""

    def commit(self, view: JobView, version: int, event: Event | None = None) -> Commit:
        """Replace version `version` by the view, and log the event, both or neither.

        The log's row is keyed by the event's id; its seq is the view's new version.
        """

    def events(self, job_id: str, after: int, limit: int) -> list[Row]:
        """The log's rows with a greater seq, in order."""

    def forget(self, job_id: str) -> None:
        """Remove view, log and progress for good: no later commit brings them back."""

    def jobs(self, listing: Listing, before: str | None, limit: int) -> list[Listed]:
        """Jobs from the newest on, or from behind the line that stands at `before`.

        An index answers: what was committed a moment ago may not be there yet.
        """


class Batches(Protocol):
    """Which jobs were handed in together, and whether their mail was sent."""

    def join(self, batch_id: str, job_id: str) -> None:
        """The job belongs to the batch."""

    def jobs(self, batch_id: str) -> list[str]:
        """The ids of the jobs that are known to belong to it, read consistently."""

    def claim_mail(self, batch_id: str) -> bool:
        """Claim the mail about the batch; False when somebody has."""

    def release_mail(self, batch_id: str) -> None:
        """Give the claim back: nothing was sent."""


class MailRefused(SpaceportError):
    """The mail service will not take the message as things are; nothing was sent."""


class MailUncertain(SpaceportError):
    """The connection broke while sending: the message may be on its way or not."""


class Mailer(Protocol):
    """Something that sends e-mail."""

    def send(self, message: EmailMessage) -> None:
        """Send to the message's `To`.

        Raises Retryable when busy (nothing sent), MailRefused, MailUncertain.
        """


@dataclass(frozen=True)
class AddressEntry:
    """What is kept of an address: the token of its mail, and why it is not written to, if so."""

    token: str
    silenced: str | None = None


class Addresses(Protocol):
    """The addresses that were written to. A token names one; nobody can guess it."""

    def entry(self, address: str) -> AddressEntry:
        """The address's entry, made at first sight."""

    def silence(self, token: str, because: str) -> bool:
        """Write to the token's address no more; False when there is no such token."""

    def knows(self, token: str) -> bool:
        """Whether the token names an address."""


class Hooks(Protocol):
    """The webhooks that people registered, and what was delivered to them."""

    def add(self, hook: Hook) -> None:
        """Keep it."""

    def of(self, owner: str) -> list[Hook]:
        """The owner's, the oldest first."""

    def remove(self, owner: str, hook_id: str) -> bool:
        """Forget it; False when there was none."""

    def was_delivered(self, hook_id: str, event_id: str) -> bool:
        """Whether the event reached the hook."""

    def mark_delivered(self, hook_id: str, event_id: str) -> None:
        """The event reached the hook."""


class Shares(Protocol):
    """The links by which people share a scene."""

    def add(self, share: Share) -> None:
        """Keep it."""

    def find(self, share_id: str) -> Share | None:
        """By its id; None when there is none."""

    def of(self, job_id: str) -> list[Share]:
        """The job's, the oldest first."""

    def remove(self, share: Share) -> None:
        """Forget it; again does nothing."""


class Poster(Protocol):
    """Something that posts to a stranger's server."""

    @property
    def allows_loopback(self) -> bool:
        """Whether this machine may be posted to: for tests."""

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """The status of the answer.

        Raises Forbidden (`spaceport_runtime/http/outward.py`) for an address that is not public,
        Retryable when nobody answers.
        """


class Links(Protocol):
    """Temporary links to private objects."""

    def temporary_link(self, uri: str, content_type: str, seconds: int) -> str:
        """An HTTPS URL that anybody may open for so long."""


@dataclass(frozen=True)
class Kit:
    """Everything outside, and what deployments choose, passed to the core as one value."""

    table: StatusTable
    batches: Batches
    mailer: Mailer
    addresses: Addresses
    hooks: Hooks
    shares: Shares
    poster: Poster
    queue: Queue
    store: Store
    links: Links
    clock: Clock
    sleep: Callable[[float], None]
    bucket: str
    sender: str
    public_url: str
    folder_url: str | None = None
    patience_s: float = 900.0
