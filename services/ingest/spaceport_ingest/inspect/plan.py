"""The plan that photos were flown by: read where it lies, kept with the job.

A copy, so that the report finds it whatever becomes of the plan, and so that the job's deletion
takes it along.
"""

from pydantic import ValidationError

from spaceport_contracts.artifacts import Artifact
from spaceport_contracts.flight import PLANS_PREFIX, PlannedFlight, plan_key
from spaceport_contracts.uploads import UPLOADS_PREFIX
from spaceport_ingest.inspect.names import leaves_its_folder
from spaceport_ingest.inspect.publish import ingest_prefix, write_index
from spaceport_ingest.ports import Kit
from spaceport_ingest.rejection import CaptureRefused, shown

AREAS = (PLANS_PREFIX, UPLOADS_PREFIX, "captures/")
MAX_BYTES = 64 << 20
REMEDY = "Give the planId of a plan, or the address of the plan.json that it wrote."


def publish_plan(plan: str | None, job_id: str, kit: Kit) -> Artifact | None:
    """Keep what others need of the plan with the job; None where there is none.

    Raises CaptureRefused for a plan that cannot be read.
    """
    if plan is None:
        return None
    flight = read_plan(plan, kit)
    uri = ingest_prefix(kit.bucket, job_id) + "plan.json"
    return write_index(uri, flight.model_dump_json().encode(), kit)


def read_plan(plan: str, kit: Kit) -> PlannedFlight:
    """The plan of that id, key or S3 address. Raises CaptureRefused."""
    uri = _uri(plan, kit)
    stored = kit.platform.store.head(uri)
    if stored is None:
        raise CaptureRefused(f"There is no plan {shown(plan)}.", REMEDY)
    if stored.bytes > MAX_BYTES:
        raise CaptureRefused(f"{shown(plan)} is far too large for a plan.", REMEDY)
    try:
        return PlannedFlight.model_validate_json(kit.platform.store.read(uri))
    except ValidationError as error:
        raise CaptureRefused(f"{shown(plan)} is not the plan.json of a plan.", REMEDY) from error


def _uri(plan: str, kit: Kit) -> str:
    ours = f"s3://{kit.bucket}/"
    if plan.startswith("s3://") and not plan.startswith(ours):
        raise CaptureRefused(f"The plan {shown(plan)} is not in our bucket.", REMEDY)
    key = plan_key(plan.removeprefix(ours))
    if not key.startswith(AREAS) or not key.endswith(".json") or leaves_its_folder(key):
        raise CaptureRefused(f"There is no plan {shown(plan)}.", REMEDY)
    return ours + key
