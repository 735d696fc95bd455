"""DynamoDB's transactions in the embedded cloud: cheap, and still all or nothing."""

import itertools
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import Table

from spaceport_local.account import ACCOUNT, REGION
from spaceport_local.aws.mends.listings import mend_listings
from spaceport_local.aws.mends.transactions import mend_transactions
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


def test_rows_that_are_written_meanwhile_break_off_no_query(
    dynamodb: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another thread adds a row between any two steps: here, at every look at the table's keys."""
    mend_listings()
    for name in ("row-2", "row-1"):
        dynamodb.put_item(TableName=TABLE.name, Item=put(name, "x")["Put"]["Item"])
    table: Any = dynamodb_backends[ACCOUNT][REGION].tables[TABLE.name]
    numbers = itertools.count()

    def range_key_attr(table: Any) -> str:
        table.items[f"other-{next(numbers)}"] = {}
        return "sk"

    with monkeypatch.context() as patch:
        patch.setattr(Table, "range_key_attr", property(range_key_attr), raising=False)
        listed = [item.range_key.value for item in table.all_items()]
    assert listed == ["row-1", "row-2"]
