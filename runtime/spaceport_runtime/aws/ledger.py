"""The ledger in DynamoDB: one item per run, per attempt's end and per job."""

import hashlib
from typing import TYPE_CHECKING, Any, Literal

from spaceport_runtime.aws.errors import translated
from spaceport_runtime.errors import Denied
from spaceport_runtime.ports import End, EndKind, Run, RunKey, RunState, lap_of
from spaceport_runtime.tables import OPEN_INDEX, TENANT_INDEX, WAITING_INDEX

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

LONG_AGO = "1970-01-01T00:00:00+00:00"  # an index takes no empty key
IS_WAITING = "#state IN (:waiting, :launching)"
WAITS: dict[str, Any] = {":waiting": RunState.WAITING, ":launching": RunState.LAUNCHING}


class DynamoLedger:
    """Every write is conditional, so that it happens once however often it is tried."""

    def __init__(self, table: "Table") -> None:
        self._table = table

    def admit(self, run: Run) -> bool:
        """Record a new run; False when it is known already."""
        return self._put_new(_item(run))

    def get(self, key: RunKey) -> Run | None:
        """The run, read consistently."""
        item = self._get(_run_id(key))
        return _run(item) if item else None

    def open_runs(self, stage: str) -> list[Run]:
        """Runs that are not closed, in order of arrival."""
        items: list[dict[str, Any]] = []
        query = _query(OPEN_INDEX, stage)
        with translated():
            while True:
                page = self._table.query(**query)
                items += page["Items"]
                if "LastEvaluatedKey" not in page:
                    return [_run(item) for item in items]
                query["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def waiting_runs(self, stage: str, limit: int) -> list[Run]:
        """The first runs that wait for a machine, in order of their turns."""
        with translated():
            items = self._table.query(**_query(WAITING_INDEX, stage), Limit=limit)["Items"]
        return [_run(item) for item in items]

    def count_waiting(self, stage: str) -> int:
        """How many runs wait for a machine (up to the 1 MB that one query reads)."""
        with translated():
            return self._table.query(**_query(WAITING_INDEX, stage), Select="COUNT")["Count"]

    def last_lap(self, tenant: str, stage: str) -> int | None:
        """The lap of a tenant's last run that waits for a machine; None when none waits."""
        query = _query(TENANT_INDEX, _tenant_stage(stage, tenant))
        with translated():
            found = self._table.query(**query, ScanIndexForward=False, Limit=1)["Items"]
        return lap_of(str(found[0]["turn"])) if found else None

    def begin_launch(self, key: RunKey, at: str) -> bool:
        """A waiting run -> LAUNCHING; False when it waits no more."""
        return self._update(
            _run_id(key),
            "SET #state = :launching, launched_at = :at",
            IS_WAITING,
            WAITS | {":at": at},
        )

    def mark_running(self, key: RunKey, at: str) -> None:
        """A waiting run -> RUNNING; anything else stays."""
        self._update(
            _run_id(key),
            "SET #state = :running, launched_at = :at REMOVE waiting_stage, tenant_stage",
            IS_WAITING,
            WAITS | {":running": RunState.RUNNING, ":at": at},
        )

    def rewind(self, run: Run) -> None:
        """RUNNING -> WAITING, for a job that SageMaker does not know."""
        stage = run.key.stage
        self._update(
            _run_id(run.key),
            "SET #state = :waiting, waiting_stage = :stage, tenant_stage = :tenant "
            "REMOVE launched_at",
            "#state = :running",
            {
                ":running": RunState.RUNNING,
                ":waiting": RunState.WAITING,
                ":stage": stage,
                ":tenant": _tenant_stage(stage, run.tenant),
            },
        )

    def remember_place(self, key: RunKey, place: int) -> None:
        """The place in the queue that the user was told last."""
        self._update(
            _run_id(key),
            "SET place = :place",
            IS_WAITING,
            WAITS | {":place": place},
        )

    def remember_vain(self, key: RunKey, since: str | None) -> None:
        """Since when the run waits though nothing else of its stage runs; None: it does not."""
        self._update(
            _run_id(key),
            "SET vain_since = :since" if since else "REMOVE vain_since",
            IS_WAITING,
            WAITS | ({":since": since} if since else {}),
        )

    def withdraw(self, key: RunKey) -> bool:
        """WAITING -> FINISHED without a word; False when somebody has begun to launch it."""
        return self._update(
            _run_id(key),
            "SET #state = :finished, outcome = :nothing "
            "REMOVE waiting_stage, tenant_stage, open_stage",
            "#state = :waiting",
            {":finished": RunState.FINISHED, ":nothing": "[]", ":waiting": RunState.WAITING},
        )

    def finish(self, key: RunKey, outcome: str) -> bool:
        """Record the events that the run ends with; False when it has an outcome already."""
        return self._update(
            _run_id(key),
            "SET #state = :finished, outcome = :outcome REMOVE waiting_stage, tenant_stage",
            "#state <> :finished",
            {":finished": RunState.FINISHED, ":outcome": outcome},
        )

    def close(self, key: RunKey) -> None:
        """The outcome is published: the run leaves the open index."""
        self._update(
            _run_id(key),
            "REMOVE open_stage",
            "#state = :finished",
            {":finished": RunState.FINISHED},
        )

    def claim_end(self, job_id: str, attempt: int, end: End) -> End:
        """End the attempt unless it has ended; returns the end that stands."""
        item = {"id": _end_id(job_id, attempt), "kind": end.kind.value, "ended_by": end.by}
        if end.next_attempt is not None:
            item["next_attempt"] = end.next_attempt  # type: ignore[assignment]
        if self._put_new(item):
            return end
        standing = self.end_of(job_id, attempt)
        if standing is None:
            raise KeyError(f"the end of {job_id} attempt {attempt} vanished")
        return standing

    def end_of(self, job_id: str, attempt: int) -> End | None:
        """How the attempt ended, if it has."""
        item = self._get(_end_id(job_id, attempt))
        if not item:
            return None
        following = item.get("next_attempt")
        return End(EndKind(item["kind"]), item["ended_by"], int(following) if following else None)

    def name_job(self, request: str, job_id: str, asked_at: str) -> str:
        """The id of the job that a request asks for: `job_id` unless it was asked for before.

        Who asks again after that job was deleted gets a new one.
        """
        item_id = f"request#{_digest(request)}"
        if self._put_new({"id": item_id, "job_id": job_id}):
            return job_id
        known = self._get(item_id)
        if known is None:
            raise KeyError(f"the job of {item_id} vanished")
        before = str(known["job_id"])
        deleted_at = (self._get(f"job#{before}") or {}).get("deleted_at")
        if deleted_at is None or asked_at <= deleted_at:
            return before
        replaced = {":new": job_id, ":old": before}
        if self._change(item_id, "SET job_id = :new", "job_id = :old", replaced):
            return job_id
        return self.name_job(request, job_id, asked_at)

    def register_job(self, job_id: str, record: str) -> bool:
        """Record a new job with attempt 1; False when it is known already."""
        return self._put_new({"id": f"job#{job_id}", "record": record, "attempts": 1})

    def job_record(self, job_id: str) -> tuple[str, int] | None:
        """The job's record and its highest attempt so far."""
        item = self._get(f"job#{job_id}")
        known = item is not None and "deleted_at" not in item
        return (item["record"], int(item["attempts"])) if item and known else None

    def next_attempt(self, job_id: str) -> int | None:
        """A new attempt number, never given before; None for a job that was deleted."""
        try:
            with translated():
                answer = self._table.update_item(
                    Key={"id": f"job#{job_id}"},
                    UpdateExpression="SET attempts = if_not_exists(attempts, :one) + :one",
                    ConditionExpression="attribute_not_exists(deleted_at)",
                    ExpressionAttributeValues={":one": 1},
                    ReturnValues="UPDATED_NEW",
                )
        except Denied as denied:
            _condition_failed(denied)
            return None
        return int(answer["Attributes"]["attempts"])  # type: ignore[arg-type]

    def use(self, uri: str, job_id: str) -> None:
        """The job was made from this upload."""
        with translated():
            self._table.update_item(
                Key={"id": f"upload#{_digest(uri)}"},
                UpdateExpression="ADD jobs :job",
                ExpressionAttributeValues={":job": {job_id}},
            )

    def release(self, uri: str, job_id: str) -> bool:
        """The job needs the upload no more; True when no other job does either."""
        with translated():
            answer = self._table.update_item(
                Key={"id": f"upload#{_digest(uri)}"},
                UpdateExpression="DELETE jobs :job",
                ExpressionAttributeValues={":job": {job_id}},
                ReturnValues="ALL_NEW",
            )
        return not answer.get("Attributes", {}).get("jobs")

    def close_job(self, job_id: str, at: str) -> int:
        """The job is deleted from now on: its record is gone and no attempt is added."""
        with translated():
            answer = self._table.update_item(
                Key={"id": f"job#{job_id}"},
                UpdateExpression="SET deleted_at = if_not_exists(deleted_at, :at), "
                "attempts = if_not_exists(attempts, :one) REMOVE #record",
                ExpressionAttributeNames={"#record": "record"},
                ExpressionAttributeValues={":at": at, ":one": 1},
                ReturnValues="ALL_NEW",
            )
        return int(answer["Attributes"]["attempts"])  # type: ignore[arg-type]

    def erase(self, key: RunKey) -> None:
        """The run becomes a stone: finished, closed, without a word of its cause."""
        stone = Run(key, LONG_AGO, "", "", state=RunState.FINISHED, is_open=False)
        kept = {**_item(stone), "outcome": "[]"}
        for index in (OPEN_INDEX, WAITING_INDEX):
            del kept[f"{index}_stage"]
        with translated():
            self._table.put_item(Item=kept)

    def _put_new(self, item: dict[str, Any]) -> bool:
        try:
            with translated():
                self._table.put_item(Item=item, ConditionExpression="attribute_not_exists(id)")
        except Denied as denied:
            return _condition_failed(denied)
        return True

    def _update(self, item_id: str, update: str, condition: str, values: dict[str, Any]) -> bool:
        """Of a run, whose state has a name that DynamoDB keeps for itself."""
        return self._change(item_id, update, condition, values, {"#state": "state"})

    def _change(
        self,
        item_id: str,
        update: str,
        condition: str,
        values: dict[str, Any],
        names: dict[str, str] | None = None,
    ) -> bool:
        named: Any = {"ExpressionAttributeNames": names} if names else {}
        try:
            with translated():
                self._table.update_item(
                    Key={"id": item_id},
                    UpdateExpression=update,
                    ConditionExpression=f"attribute_exists(id) AND {condition}",
                    ExpressionAttributeValues=values,
                    **named,
                )
        except Denied as denied:
            return _condition_failed(denied)
        return True

    def _get(self, item_id: str) -> dict[str, Any] | None:
        with translated():
            return self._table.get_item(Key={"id": item_id}, ConsistentRead=True).get("Item")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _run_id(key: RunKey) -> str:
    return f"run#{key.stage}#{key.job_id}#{key.attempt:02d}"


def _end_id(job_id: str, attempt: int) -> str:
    return f"end#{job_id}#{attempt:02d}"


def _item(run: Run) -> dict[str, Any]:
    item = {
        "id": _run_id(run.key),
        "open_stage": run.key.stage,
        "waiting_stage": run.key.stage,
        "tenant_stage": _tenant_stage(run.key.stage, run.tenant),
        "tenant": run.tenant,
        "lap": run.lap,
        "turn": run.turn,
        "job_id": run.key.job_id,
        "attempt": run.key.attempt,
        "arrived_at": run.arrived_at,
        "cause_type": run.cause_type,
        "cause": run.cause,
        "state": run.state.value,
        "retries": run.retries,
    }
    return item


def _tenant_stage(stage: str, tenant: str) -> str:
    return f"{stage}#{tenant}"


def _query(index: str, stage: str) -> dict[str, Any]:
    return {
        "IndexName": index,
        "KeyConditionExpression": f"{index}_stage = :stage",
        "ExpressionAttributeValues": {":stage": stage},
    }


def _run(item: dict[str, Any]) -> Run:
    stage = item["id"].split("#")[1]
    return Run(
        key=RunKey(stage, item["job_id"], int(item["attempt"])),
        arrived_at=item["arrived_at"],
        cause_type=item["cause_type"],
        cause=item["cause"],
        state=RunState(item["state"]),
        launched_at=item.get("launched_at"),
        outcome=item.get("outcome"),
        place=int(item["place"]) if "place" in item else None,
        retries=int(item["retries"]),
        vain_since=item.get("vain_since"),
        is_open="open_stage" in item,
        tenant=item.get("tenant", ""),
        lap=int(item.get("lap", 0)),
    )


def _condition_failed(denied: Denied) -> Literal[False]:
    """False: the write's condition did not hold; raises what else AWS has to say."""
    if denied.code != "ConditionalCheckFailedException":
        raise denied
    return False
