"""What is wanted of an upload, and what ingest makes of it for the first stage."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from spaceport_contracts.address import email_address
from spaceport_contracts.artifacts import ArtifactSet
from spaceport_contracts.options import AS_THE_QUALITY_HAS_IT, JobOptions
from spaceport_contracts.results import Quality
from spaceport_ingest.rejection import shown
from spaceport_ingest.submission import TITLE_MAX_CHARACTERS, Submission


@dataclass(frozen=True)
class Inputs:
    """What the first stage begins from."""

    artifacts: ArtifactSet
    photos: int = 0
    pixels_per_photo: int = 0


@dataclass(frozen=True)
class Wishes:
    """Whom to tell, how much effort, under which name, flown by which plan.

    `bad_email` was given but cannot work.
    """

    email: str | None
    quality: Quality
    title: str
    options: JobOptions = AS_THE_QUALITY_HAS_IT
    bad_email: str | None = None
    plan: str | None = None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the report should say about them."""
        if self.bad_email is None:
            return ()
        return (f"{self.bad_email} is not an e-mail address, so nobody was told by e-mail.",)


def make_wishes(
    submission: Submission,
    email: str | None = None,
    quality: Quality | None = None,
    title: str | None = None,
    plan: str | None = None,
    options: JobOptions = AS_THE_QUALITY_HAS_IT,
) -> Wishes:
    """What the request says wins over what the upload says."""
    wanted_email = submission.email or email or None
    good_email = _usable(wanted_email) if wanted_email else None
    return Wishes(
        email=good_email,
        quality=submission.quality or quality or Quality.STANDARD,
        title=_plain(submission.title or title or "") or _plain(_name_of(submission.uri)),
        options=submission.options or options,
        bad_email=shown(wanted_email) if wanted_email and not good_email else None,
        plan=submission.plan or plan or None,
    )


def _plain(text: str) -> str:
    """One line without control characters or half surrogates; it goes into mails and pages."""
    signs = (sign if sign.isprintable() else " " for sign in text[: 4 * TITLE_MAX_CHARACTERS])
    return " ".join("".join(signs).split())[:TITLE_MAX_CHARACTERS]


def _usable(email: str) -> str | None:
    try:
        return email_address(email)
    except ValueError:
        return None


def _name_of(uri: str) -> str:
    """The folder's or file's own name."""
    path = PurePosixPath(uri.removeprefix("s3://"))
    return path.parent.name if path.name == "manifest.json" else path.stem
