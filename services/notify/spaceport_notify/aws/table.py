"""The status table in DynamoDB."""

from typing import TYPE_CHECKING, Any

from spaceport_contracts.events import EVENT_TYPES, Event
from spaceport_notify.known.listing import JobSummary, Listed, Listing, listed
from spaceport_notify.known.view import JobView
from spaceport_notify.ports import DELETED, Commit, Row
from spaceport_notify.tables import LISTED, OWNER_INDEX, SEQ_INDEX, STATUS_INDEX, UPLOAD_INDEX
from spaceport_runtime.aws.errors import translated
from spaceport_runtime.errors import Denied, Retryable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

VIEW = "view"
EVENT_ROW = "event#"
GONE = "gone"
END = "~"  # behind every time


class DynamoStatusTable:
    """One item per job for the view (sk `view`), one per logged event (sk `event#<event id>`)."""

    def __init__(self, client: "DynamoDBClient", table_name: str) -> None:
        self._client = client
        self._table = table_name

    def read(self, job_id: str) -> tuple[JobView | None, int]:
        """The view, read consistently, and its version; (None, 0) for an unknown job."""
        key: Any = {"job_id": {"S": job_id}, "sk": {"S": VIEW}}
        with translated():
            answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        item = answer.get("Item")
        if item is None:
            return None, 0
        if GONE in item:
            return None, DELETED
        return JobView.model_validate_json(item["body"]["S"]), int(item["version"]["N"])

    def commit(self, view: JobView, version: int, event: Event | None = None) -> Commit:
        """Both writes in one transaction; the view's condition is its version."""
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
        puts: Any = [{"Put": put_view}]
        if event is not None:
            puts.append({"Put": self._row(event, version + 1)})
        try:
            with translated():
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
            for row in (item for page in pages for item in page["Items"]):
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
    """Which of the transaction's conditions did not hold."""
    if denied.code != "TransactionCanceledException":
        raise denied
    response: Any = getattr(denied.__cause__, "response", {})
    reasons = [reason.get("Code") for reason in response.get("CancellationReasons", ())]
    if len(reasons) > 1 and reasons[1] == "ConditionalCheckFailed":
        return Commit.KNOWN
    if set(reasons) <= {"ConditionalCheckFailed", "TransactionConflict", "None", None}:
        return Commit.STALE
    raise Retryable(str(denied)) from denied
