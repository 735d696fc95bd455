"""The status table's definition, for whoever creates it."""

from typing import Any

SEQ_INDEX = "by_seq"
TABLE_DEFINITION: dict[str, Any] = {
    "KeySchema": [
        {"AttributeName": "job_id", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"},
    ],
    "AttributeDefinitions": [
        {"AttributeName": "job_id", "AttributeType": "S"},
        {"AttributeName": "sk", "AttributeType": "S"},
        {"AttributeName": "seq", "AttributeType": "N"},
    ],
    "LocalSecondaryIndexes": [
        {
            "IndexName": SEQ_INDEX,
            "KeySchema": [
                {"AttributeName": "job_id", "KeyType": "HASH"},
                {"AttributeName": "seq", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
    "BillingMode": "PAY_PER_REQUEST",
}
