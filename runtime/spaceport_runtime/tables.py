"""The ledger table's definition, for whoever creates it."""

from typing import Any

OPEN_INDEX = "open"
WAITING_INDEX = "waiting"
TABLE_DEFINITION: dict[str, Any] = {
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [
        {"AttributeName": "id", "AttributeType": "S"},
        {"AttributeName": "open_stage", "AttributeType": "S"},
        {"AttributeName": "waiting_stage", "AttributeType": "S"},
        {"AttributeName": "arrived_at", "AttributeType": "S"},
    ],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": index,
            "KeySchema": [
                {"AttributeName": f"{index}_stage", "KeyType": "HASH"},
                {"AttributeName": "arrived_at", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "ALL"},
        }
        for index in (OPEN_INDEX, WAITING_INDEX)
    ],
    "BillingMode": "PAY_PER_REQUEST",
}
