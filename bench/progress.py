"""What a job's progress costs: `python -m bench.progress [--seconds 2964]`.

notify's own code on moto's DynamoDB: a job of `--seconds` says how far it is every 2, 10 and 30 s,
at each new step as well. Counted are the events that are rows, and the write and read units of what
notify asks of its table, by DynamoDB's rules (a unit a kilobyte, two in a transaction; a read unit
four kilobytes). Prices as in docs/scale.md. Beside it, what the same events would cost if each of
them rewrote the view in a transaction, as it was until 28 November 2026.
"""

import argparse
import base64
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import boto3
from moto import mock_aws

from bench.bus.calls import recording
from spaceport_contracts.artifacts import Artifact, ArtifactSet
from spaceport_contracts.estimate import Cost, Estimate, Span
from spaceport_contracts.events import (
    Event,
    ReconstructionRequested,
    SparseModelBuilt,
    Stage,
    StageProgressed,
    StageStarted,
)
from spaceport_contracts.results import Quality
from spaceport_notify.aws.table import DynamoStatusTable
from spaceport_notify.known.record import record
from spaceport_notify.tables import TABLE_DEFINITION

JOB = "0123456789abcdef0123456789abcdef"
Told = TypeVar("Told", bound=Event)
BEGAN = datetime(2026, 11, 28, 12, tzinfo=UTC)
# Dollars a million: an event, three SQS requests, an invocation, 30 ms of it at half a GB.
EVENT, QUEUE, INVOCATION, TIME = 1.00, 1.20, 0.20, 0.25
WRITE_UNIT, READ_UNIT = 0.625, 0.125
SHARES = {Stage.SFM: 0.11, Stage.TRAIN: 0.76, Stage.COMPRESS: 0.13}
MAPPING = 3  # the step of sfm from which on it calls the roll of its photos
STEPS = {Stage.SFM: 7, Stage.TRAIN: 4, Stage.COMPRESS: 6}
FIGURES = {"psnr_db": 21.372845, "gaussians": 1_234_567.0, "loss": 0.083471}


@dataclass(frozen=True)
class Counted:
    """What one job's progress came to."""

    events: int
    rows: int
    write_units: int
    read_units: int
    view_bytes: int

    @property
    def dollars(self) -> float:
        """Of a million such jobs."""
        beside = self.events * (EVENT + QUEUE + INVOCATION + TIME)
        return beside + self.write_units * WRITE_UNIT + self.read_units * READ_UNIT

    @property
    def dollars_before(self) -> float:
        """Each event a transaction over the view, and a read of it."""
        beside = self.events * (EVENT + QUEUE + INVOCATION + TIME)
        writes = 2 * _units(self.view_bytes, 1024) * WRITE_UNIT
        return beside + self.events * (writes + _units(self.view_bytes, 4096) * READ_UNIT)


def count(seconds: float, interval_s: float, photos: int) -> Counted:
    """Tell notify of one job, and count what it asks of its table."""
    client = boto3.client("dynamodb", "us-east-1", aws_access_key_id="t", aws_secret_access_key="t")
    client.create_table(TableName="status", **TABLE_DEFINITION)
    table = DynamoStatusTable(client, "status")
    told = list(_job(seconds, interval_s, photos))
    events = rows = writes = reads = 0
    for event in told:
        with recording() as calls:
            record(event, table)
        if not isinstance(event, StageProgressed):
            continue
        events += 1
        for call in calls.calls:
            writes += _written(call.operation, call.parameters)
            rows += call.operation == "TransactWriteItems"
            reads += call.operation == "Query"
    items = client.query(
        TableName="status",
        KeyConditionExpression="job_id = :job AND begins_with(sk, :view)",
        ExpressionAttributeValues={":job": {"S": JOB}, ":view": {"S": "view"}},
    )["Items"]
    client.delete_table(TableName="status")
    both, view = sum(map(_bytes, items)), max(map(_bytes, items))
    return Counted(events, rows, writes, reads * _units(both, 4096), view)


def _written(operation: str, parameters: dict[str, Any]) -> int:
    if operation == "PutItem":
        return _units(_bytes(parameters["Item"]), 1024)
    if operation == "TransactWriteItems":
        puts = [each["Put"]["Item"] for each in parameters["TransactItems"]]
        # A row stands in the index of the log as well.
        sizes = [_bytes(item) for item in (*puts, puts[-1])]
        return 2 * sum(_units(size, 1024) for size in sizes)
    return 0


def _bytes(item: Mapping[str, Mapping[str, Any]]) -> int:
    """Names and values, as DynamoDB weighs an item."""
    return sum(
        len(name.encode()) + sum(len(str(part).encode()) for part in value.values())
        for name, value in item.items()
    )


def _units(size: int, unit: int) -> int:
    return math.ceil(size / unit)


def _job(seconds: float, interval_s: float, photos: int) -> Iterator[Event]:
    span = Span(low=1.5, high=4.25)
    cost = Cost(minutes=span, dollars=span)
    told = Estimate(
        photos=photos,
        pixels_per_photo=12_000_000,
        sfm=cost,
        train=cost,
        compress=cost,
        total=cost,
        basis="List prices, and times that were measured elsewhere.",
    )
    file = Artifact(uri=f"s3://spaceport/work/{JOB}/ingest/c.json", bytes=1, sha256="0" * 64)
    files = ArtifactSet(prefix=f"s3://spaceport/work/{JOB}/ingest/", index=file)
    yield _event(
        ReconstructionRequested,
        0,
        start_at=Stage.SFM,
        quality=Quality.STANDARD,
        email="somebody@example.com",
        title="A field behind the church",
        inputs=files,
        photos=photos,
        owner="eu-central-1:01234567-89ab-cdef-0123-456789abcdef",
        estimate=told,
    )
    at_s = 0.0
    for stage, share in SHARES.items():
        yield _event(StageStarted, at_s, stage=stage, instance_type="ml.g4dn.xlarge")
        for n, step in enumerate(_steps(stage)):
            lasts_s = seconds * share / STEPS[stage]
            roll = _roll(photos) if stage is Stage.SFM and n >= MAPPING else ""
            yield from _step(stage, step, at_s + n * lasts_s, lasts_s, interval_s, roll)
        at_s += seconds * share
        if stage is Stage.SFM:
            yield _built(at_s, files)


def _roll(photos: int) -> str:
    """All of them are in: as long as it gets."""
    return base64.b64encode(b"\xff" * math.ceil(photos / 8)).decode()


def _steps(stage: Stage) -> list[str]:
    return [f"step {n} of {stage.value}" for n in range(STEPS[stage])]


def _step(
    stage: Stage, step: str, at_s: float, lasts_s: float, interval_s: float, roll: str
) -> Iterator[StageProgressed]:
    for n in range(max(1, int(lasts_s / interval_s))):
        yield _event(
            StageProgressed,
            at_s + n * interval_s,
            stage=stage,
            step=step,
            n=int(1000 * n * interval_s / lasts_s),
            m=1000,
            seconds_left=lasts_s - n * interval_s,
            figures=FIGURES,
            roll=roll,
        )


def _built(at_s: float, files: ArtifactSet) -> SparseModelBuilt:
    return _event(
        SparseModelBuilt,
        at_s,
        quality=Quality.STANDARD,
        outputs=files,
        photos_total=292,
        photos_registered=290,
        reprojection_error_px=0.39,
        mean_track_length=4.1,
        gps_rms_m=0.43,
        camera_height_above_ground_m=39.5,
        seconds=at_s,
    )


def _event(kind: type[Told], at_s: float, **fields: Any) -> Told:
    return kind(
        event_id=f"{kind.__name__}-{at_s:011.3f}-01234567",
        job_id=JOB,
        correlation_id=f"upload-{JOB}",
        causation_id=f"upload-{JOB}",
        occurred_at=BEGAN + timedelta(seconds=at_s),
        attempt=1,
        **fields,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=49.4 * 60, help="of work in the job")
    parser.add_argument("--photos", type=int, default=292, help="whose roll sfm calls")
    parser.add_argument("--out", type=Path, default=Path("out/bench/progress.json"))
    options = parser.parse_args()
    counted = {}
    print(
        "| a word every | events | rows | write units | read units | $ per million jobs | before |"
    )
    print("|---|---|---|---|---|---|---|")
    with mock_aws():
        for interval_s in (2, 10, 30):
            it = counted[interval_s] = count(options.seconds, interval_s, options.photos)
            print(
                f"| {interval_s} s | {it.events:,} | {it.rows} | {it.write_units:,} "
                f"| {it.read_units:,} | {it.dollars:,.0f} | {it.dollars_before:,.0f} |"
            )
    print(f"\nthe view has {it.view_bytes / 1024:.1f} KB")
    options.out.parent.mkdir(parents=True, exist_ok=True)
    rows = [
        {"interval_s": interval_s, **asdict(it), "dollars": it.dollars, "before": it.dollars_before}
        for interval_s, it in counted.items()
    ]
    options.out.write_text(json.dumps({"rows": rows}, indent=1))


if __name__ == "__main__":
    main()
