"""The status table's definition, for whoever creates it."""

from typing import Any

SEQ_INDEX = "by_seq"
# Only a view's item has the keys of these three: they list jobs, the newest first.
OWNER_INDEX = "by_owner"
STATUS_INDEX = "by_owner_and_status"
UPLOAD_INDEX = "by_upload"
LISTED = {OWNER_INDEX: "owner", STATUS_INDEX: "owner_and_status", UPLOAD_INDEX: "upload"}


def _listing(index: str) -> dict[str, Any]:
    return {
        "IndexName": index,
        "KeySchema": [
            {"AttributeName": LISTED[index], "KeyType": "HASH"},
            {"AttributeName": "listed_at", "KeyType": "RANGE"},
        ],
        "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["summary"]},
    }


TABLE_DEFINITION: dict[str, Any] = {
    "KeySchema": [
        {"AttributeName": "job_id", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"},
    ],
    "AttributeDefinitions": [
        {"AttributeName": "job_id", "AttributeType": "S"},
        {"AttributeName": "sk", "AttributeType": "S"},
        {"AttributeName": "seq", "AttributeType": "N"},
        {"AttributeName": "listed_at", "AttributeType": "S"},
        *({"AttributeName": name, "AttributeType": "S"} for name in LISTED.values()),
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
    "GlobalSecondaryIndexes": [_listing(index) for index in LISTED],
    "BillingMode": "PAY_PER_REQUEST",
}
