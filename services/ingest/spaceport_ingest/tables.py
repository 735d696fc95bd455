"""The table of uploads, for whoever creates it.

One item per upload (entry `upload`), per file that is sent in parts (`parts#00001`) and per photo
that was looked at (`photo#00001`). Uploads that are open stand under `open` too, by their time.
"""

from typing import Any

TABLE_DEFINITION: dict[str, Any] = {
    "KeySchema": [
        {"AttributeName": "upload_id", "KeyType": "HASH"},
        {"AttributeName": "entry", "KeyType": "RANGE"},
    ],
    "AttributeDefinitions": [
        {"AttributeName": "upload_id", "AttributeType": "S"},
        {"AttributeName": "entry", "AttributeType": "S"},
    ],
    "BillingMode": "PAY_PER_REQUEST",
}
