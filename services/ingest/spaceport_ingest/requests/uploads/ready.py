"""Whether a job can be made of what has arrived; the refusal says what to send or photograph."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from spaceport_contracts.events import Stage
from spaceport_ingest.inspect.verdicts.advice import advice_on
from spaceport_ingest.inspect.verdicts.verdict import PhotoVerdict
from spaceport_ingest.ports import Kit
from spaceport_ingest.rejection import count, some
from spaceport_ingest.requests.uploads.find import FileState, Found
from spaceport_ingest.requests.uploads.look import names_of
from spaceport_ingest.upload import ALONE
from spaceport_runtime.http.problems import FieldError, Problem, field_problem

MOST_TOLD = 1000
BEGINS_FROM = {Stage.SFM: "photos or a zip of them", Stage.COMPRESS: "one .ply"}


def is_alone(found: Sequence[Found]) -> bool:
    """A zip or a splat and no photos."""
    return len(found) == 1 and found[0].file.key.lower().endswith(ALONE)


def check_step(step: Stage, found: Sequence[Found]) -> None:
    """Raises Problem (422) when the step does not begin from what was sent."""
    is_splat = is_alone(found) and found[0].file.key.lower().endswith(".ply")
    fits = {Stage.SFM: not is_splat, Stage.COMPRESS: is_splat, Stage.TRAIN: False}
    if fits[step]:
        return
    wanted = BEGINS_FROM.get(step)
    raise field_problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "pipelineStep",
        "This step does not begin from what was uploaded.",
        f"Upload {wanted} for it, or name another step."
        if wanted
        else "Name what an earlier job left, with POST /start-job.",
    )


def check_arrived(found: Sequence[Found]) -> None:
    """Raises Problem (409) naming every file that is missing."""
    missing = [each for each in found if each.state is not FileState.ARRIVED]
    if not missing:
        return
    names = [each.file.name for each in missing]
    remedy = "Send what is missing, which GET /uploads/{id} lists, then complete it."
    errors = tuple(
        FieldError(
            field=f"files.{each.file.number - 1}",
            message=f"{each.file.name[:200]} has not arrived.",
            remedy="Ask for its links again and send it.",
        )
        for each in missing[:MOST_TOLD]
    )
    raise Problem(
        HTTPStatus.CONFLICT,
        f"{count(len(missing), 'file')} of {len(found)} did not arrive: {some(names)}. {remedy}",
        errors,
    )


def check_enough(found: Sequence[Found], verdicts: Mapping[int, PhotoVerdict], kit: Kit) -> None:
    """Raises Problem (409) when too few photos are left that can be used, and for nothing else."""
    bad = {number: verdict for number, verdict in verdicts.items() if not verdict.ok}
    left, needed = len(found) - len(bad), kit.limits.min_photos
    if is_alone(found) or left >= needed:
        return
    names = names_of(found)
    errors = tuple(
        FieldError(
            field=f"files.{number - 1}",
            message=f"{names[number][:200]}: {verdict.reason}",
            remedy=verdict.remedy,
        )
        for number, verdict in sorted(bad.items())
    )
    said = " ".join(advice_on(bad, names)) or "Upload more photos of the same place."
    raise Problem(
        HTTPStatus.CONFLICT,
        f"{left} of {count(len(found), 'photo')} can be used, and at least {needed} are needed. "
        f"{said}",
        errors[:MOST_TOLD],
    )
