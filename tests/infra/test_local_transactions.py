"""DynamoDB's transactions in the embedded cloud: cheap, and still all or nothing."""

import sys
import threading
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import Item

from spaceport_local.account import ACCOUNT, REGION
from spaceport_local.aws.listings import mend_listings
from spaceport_local.aws.transactions import mend_transactions
from spaceport_topology.wiring import STATUS_TABLE, build_topology

TABLE = next(t for t in build_topology(()).tables if t.name == STATUS_TABLE)


@pytest.fixture
def dynamodb() -> Iterator[Any]:
    mend_transactions()
    with mock_aws():
        session: Any = boto3.Session("test", "test", region_name=REGION)
        client = session.client("dynamodb")
        client.create_table(TableName=TABLE.name, **TABLE.definition)
        yield client


def put(sk: str, body: str, *, new: bool = False) -> dict[str, Any]:
    item = {"job_id": {"S": "j"}, "sk": {"S": sk}, "seq": {"N": "1"}, "body": {"S": body}}
    condition = {"ConditionExpression": "attribute_not_exists(sk)"} if new else {}
    return {"Put": {"TableName": TABLE.name, "Item": item, **condition}}


def change(sk: str, body: str) -> dict[str, Any]:
    update = {
        "TableName": TABLE.name,
        "Key": {"job_id": {"S": "j"}, "sk": {"S": sk}},
        "UpdateExpression": "SET body = :body",
        "ExpressionAttributeValues": {":body": {"S": body}},
    }
    return {"Update": update}


def bodies(dynamodb: Any) -> dict[str, str]:
    items = dynamodb.scan(TableName=TABLE.name)["Items"]
    return {item["sk"]["S"]: item["body"]["S"] for item in items}


def test_a_refused_transaction_leaves_nothing_behind(dynamodb: Any) -> None:
    dynamodb.transact_write_items(TransactItems=[put("view", "1"), put("event", "a", new=True)])
    for first in (put("view", "2"), change("view", "2"), put("other", "2")):
        with pytest.raises(ClientError, match="TransactionCanceled"):
            dynamodb.transact_write_items(TransactItems=[first, put("event", "b", new=True)])
        assert bodies(dynamodb) == {"view": "1", "event": "a"}


def test_a_transaction_of_puts_copies_no_item(
    dynamodb: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    dynamodb.transact_write_items(TransactItems=[put("view", "1")])
    copied: list[Item] = []
    with monkeypatch.context() as patch:
        patch.setattr(Item, "__deepcopy__", lambda item, _: copied.append(item), raising=False)
        dynamodb.transact_write_items(TransactItems=[put("view", "2")])
    assert copied == []
    assert bodies(dynamodb) == {"view": "2"}


def test_rows_that_are_written_meanwhile_break_off_no_query(dynamodb: Any) -> None:
    mend_listings()
    for number in range(500):
        dynamodb.put_item(TableName=TABLE.name, Item=put(f"row-{number:03d}", "x")["Put"]["Item"])
    table: Any = dynamodb_backends[ACCOUNT][REGION].tables[TABLE.name]
    rows = next(iter(table.items.values()))
    first = next(iter(rows.values()))
    is_over = threading.Event()

    def write() -> None:
        while not is_over.is_set():
            table.items["other"] = {}
            del table.items["other"]
            rows["other"] = first
            del rows["other"]

    interval_s = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    writer = threading.Thread(target=write)
    writer.start()
    try:
        listed = [[item.range_key.value for item in table.all_items()] for _ in range(200)]
    finally:
        is_over.set()
        writer.join()
        sys.setswitchinterval(interval_s)
    names = {f"row-{number:03d}" for number in range(500)}
    assert all(set(found) == names for found in listed)
