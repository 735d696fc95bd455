"""The status table in DynamoDB."""

from datetime import UTC
from typing import TYPE_CHECKING, Any

from spaceport_contracts.events import EVENT_TYPES, Event, StageProgressed
from spaceport_notify.known.listing import JobSummary, Listed, Listing, listed
from spaceport_notify.known.view import JobView, merge
from spaceport_notify.ports import DELETED, Commit, Row
from spaceport_notify.tables import LISTED, OWNER_INDEX, SEQ_INDEX, STATUS_INDEX, UPLOAD_INDEX
from spaceport_runtime.aws.errors import translated
from spaceport_runtime.errors import Denied, Retryable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

VIEW = "view"
PROGRESS = "view#progress"  # beside the view, so that one query reads both
EVENT_ROW = "event#"
GONE = "gone"
NOT_SO = "ConditionalCheckFailedException"
END = "~"  # behind every time


class DynamoStatusTable:
    """Per job one item for the view (sk `view`), one for its latest progress (sk `view#progress`),
    and one for each logged event (sk `event#<event id>`)."""

    def __init__(self, client: "DynamoDBClient", table_name: str) -> None:
        self._client = client
        self._table = table_name

    def read(self, job_id: str) -> tuple[JobView | None, int]:
        """One query for both items: the view, and what was said since it was written."""
        with translated():
            answer = self._client.query(
                TableName=self._table,
                KeyConditionExpression="job_id = :job AND begins_with(sk, :view)",
                ExpressionAttributeValues={":job": {"S": job_id}, ":view": {"S": VIEW}},
                ConsistentRead=True,
            )
        items: dict[str, Any] = {item["sk"]["S"]: item for item in answer["Items"]}
        item = items.get(VIEW)
        if item is None:
            return None, 0
        if GONE in item:
            return None, DELETED
        view = JobView.model_validate_json(item["body"]["S"])
        if PROGRESS in items:
            said = StageProgressed.model_validate_json(items[PROGRESS]["body"]["S"])
            view = merge(view, said)
        return view, int(item["version"]["N"])

    def note(self, progress: StageProgressed) -> None:
        """A put under the condition that nothing later is there."""
        at = progress.occurred_at.astimezone(UTC).isoformat(timespec="microseconds")
        item: Any = {
            "job_id": {"S": progress.job_id},
            "sk": {"S": PROGRESS},
            "occurred_at": {"S": at},
            "body": {"S": progress.model_dump_json()},
        }
        try:
            with translated():
                self._client.put_item(
                    TableName=self._table,
                    Item=item,
                    ConditionExpression="attribute_not_exists(sk) OR occurred_at < :at",
                    ExpressionAttributeValues={":at": {"S": at}},
                )
        except Denied as denied:
            if denied.code != NOT_SO:
                raise

    def commit(self, view: JobView, version: int, event: Event | None = None) -> Commit:
        """A put whose condition is the version; with a row, both in one transaction, which costs
        twice as much."""
        put_view: Any = {
            "TableName": self._table,
            "Item": {
                "job_id": {"S": view.job_id},
                "sk": {"S": VIEW},
                "version": {"N": str(version + 1)},
                "body": {"S": view.model_dump_json(exclude_defaults=True)},
                **_places(view),
            },
            **_version_is(version),
        }
        try:
            with translated():
                if event is None:
                    self._client.put_item(**put_view)
                else:
                    row: Any = self._row(event, version + 1)
                    puts: Any = [{"Put": put_view}, {"Put": row}]
                    self._client.transact_write_items(TransactItems=puts)
        except Denied as denied:
            return _refusal(denied)
        return Commit.DONE

    def _row(self, event: Event, seq: int) -> dict[str, Any]:
        return {
            "TableName": self._table,
            "Item": {
                "job_id": {"S": event.job_id},
                "sk": {"S": EVENT_ROW + event.event_id},
                "seq": {"N": str(seq)},
                "type": {"S": event.detail_type()},
                "body": {"S": event.model_dump_json()},
            },
            "ConditionExpression": "attribute_not_exists(sk)",
        }

    def events(self, job_id: str, after: int, limit: int) -> list[Row]:
        """The log's rows with a greater seq, in order."""
        values: Any = {":job": {"S": job_id}, ":after": {"N": str(after)}}
        with translated():
            answer = self._client.query(
                TableName=self._table,
                IndexName=SEQ_INDEX,
                KeyConditionExpression="job_id = :job AND seq > :after",
                ExpressionAttributeValues=values,
                ConsistentRead=True,
                Limit=limit,
            )
        return [
            Row(
                int(item["seq"]["N"]),
                EVENT_TYPES[item["type"]["S"]].model_validate_json(item["body"]["S"]),
            )
            for item in answer["Items"]
        ]

    def forget(self, job_id: str) -> None:
        """First a stone in the view's place, which no commit's condition fits; then the rows."""
        stone: Any = {"job_id": {"S": job_id}, "sk": {"S": VIEW}, GONE: {"BOOL": True}}
        with translated():
            self._client.put_item(TableName=self._table, Item=stone)
            pages = self._client.get_paginator("query").paginate(
                TableName=self._table,
                KeyConditionExpression="job_id = :job AND begins_with(sk, :event)",
                ExpressionAttributeValues={":job": {"S": job_id}, ":event": {"S": EVENT_ROW}},
                ProjectionExpression="job_id, sk",
                ConsistentRead=True,
            )
            rows = [item for page in pages for item in page["Items"]]
            progress: Any = {"job_id": {"S": job_id}, "sk": {"S": PROGRESS}}
            for row in (*rows, progress):
                self._client.delete_item(TableName=self._table, Key=row)

    def jobs(self, listing: Listing, before: str | None, limit: int) -> list[Listed]:
        """From an index, page after page until there are enough."""
        index, value = _index_of(listing)
        found: list[Listed] = []
        query: Any = {
            "TableName": self._table,
            "IndexName": index,
            "KeyConditionExpression": f"{LISTED[index]} = :value AND listed_at < :before",
            "ExpressionAttributeValues": {":value": {"S": value}, ":before": {"S": before or END}},
            "ScanIndexForward": False,
            "Limit": limit,
        }
        with translated():
            for page in self._client.get_paginator("query").paginate(**query):
                lines = (_line(item) for item in page["Items"])
                found += [line for line in lines if _belongs(line, listing)]
                if len(found) >= limit:
                    break
        return found[:limit]


def _places(view: JobView) -> dict[str, Any]:
    """What the indices list the view by; an index takes no empty key."""
    line = listed(view)
    owner = f"owner#{view.owner}"
    places = {"owner": owner, "owner_and_status": f"{line.summary.status}#{owner}"}
    if view.upload:
        places["upload"] = f"{owner}#{view.upload}"
    texts = {**places, "listed_at": line.listed_at, "summary": line.summary.model_dump_json()}
    return {name: {"S": text} for name, text in texts.items()}


def _index_of(listing: Listing) -> tuple[str, str]:
    owner = f"owner#{listing.owner}"
    if listing.upload is not None:
        return UPLOAD_INDEX, f"{owner}#{listing.upload}"
    if listing.status is not None:
        return STATUS_INDEX, f"{listing.status}#{owner}"
    return OWNER_INDEX, owner


def _line(item: Any) -> Listed:
    return Listed(item["listed_at"]["S"], JobSummary.model_validate_json(item["summary"]["S"]))


def _belongs(line: Listed, listing: Listing) -> bool:
    return listing.status in (None, line.summary.status)


def _version_is(version: int) -> dict[str, Any]:
    if version == 0:
        return {"ConditionExpression": "attribute_not_exists(sk)"}
    return {
        "ConditionExpression": "version = :version",
        "ExpressionAttributeValues": {":version": {"N": str(version)}},
    }


def _refusal(denied: Denied) -> Commit:
    """Which of the conditions did not hold."""
    if denied.code == NOT_SO:
        return Commit.STALE
    if denied.code != "TransactionCanceledException":
        raise denied
    response: Any = getattr(denied.__cause__, "response", {})
    reasons = [reason.get("Code") for reason in response.get("CancellationReasons", ())]
    if len(reasons) > 1 and reasons[1] == "ConditionalCheckFailed":
        return Commit.KNOWN
    if set(reasons) <= {"ConditionalCheckFailed", "TransactionConflict", "None", None}:
        return Commit.STALE
    raise Retryable(str(denied)) from denied
