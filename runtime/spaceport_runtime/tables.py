"""The definitions of the tables that services share, for whoever creates them."""

from typing import Any

OPEN_INDEX = "open"
WAITING_INDEX = "waiting"
TENANT_INDEX = "tenant"


def _index(name: str, order: str, projection: str) -> dict[str, Any]:
    """Sparse: it holds the items that have the attribute `<name>_stage`."""
    return {
        "IndexName": name,
        "KeySchema": [
            {"AttributeName": f"{name}_stage", "KeyType": "HASH"},
            {"AttributeName": order, "KeyType": "RANGE"},
        ],
        "Projection": {"ProjectionType": projection},
    }


TABLE_DEFINITION: dict[str, Any] = {
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [
        {"AttributeName": "id", "AttributeType": "S"},
        {"AttributeName": "open_stage", "AttributeType": "S"},
        {"AttributeName": "waiting_stage", "AttributeType": "S"},
        {"AttributeName": "tenant_stage", "AttributeType": "S"},
        {"AttributeName": "arrived_at", "AttributeType": "S"},
        {"AttributeName": "turn", "AttributeType": "S"},
    ],
    "GlobalSecondaryIndexes": [
        _index(OPEN_INDEX, "arrived_at", "ALL"),
        _index(WAITING_INDEX, "turn", "ALL"),
        _index(TENANT_INDEX, "turn", "KEYS_ONLY"),
    ],
    "BillingMode": "PAY_PER_REQUEST",
}

# One item for each caller and kind, written over window after window: the table never grows old.
LIMITS_DEFINITION: dict[str, Any] = {
    "KeySchema": [{"AttributeName": "counted", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "counted", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}
