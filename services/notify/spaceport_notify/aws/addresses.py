"""The addresses that were written to, in the status table."""

import secrets
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from spaceport_notify.ports import AddressEntry
from spaceport_runtime.aws.errors import translated
from spaceport_runtime.errors import Denied

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ADDRESS = "address"
DIGEST_CHARACTERS = 32
KEY_BYTES = 16


class DynamoAddresses:
    """One item per address (sk `address`). A token is the address's digest and a random key."""

    def __init__(self, client: "DynamoDBClient", table_name: str) -> None:
        self._client = client
        self._table = table_name

    def entry(self, address: str) -> AddressEntry:
        """The address's entry, made at first sight."""
        digest = sha256(address.lower().encode()).hexdigest()[:DIGEST_CHARACTERS]
        with translated():
            answer = self._client.update_item(
                TableName=self._table,
                Key=_key(digest),
                UpdateExpression="SET secret_key = if_not_exists(secret_key, :new)",
                ExpressionAttributeValues={":new": {"S": secrets.token_hex(KEY_BYTES)}},
                ReturnValues="ALL_NEW",
            )
        item = answer["Attributes"]
        silenced = item["silenced"]["S"] if "silenced" in item else None
        return AddressEntry(digest + item["secret_key"]["S"], silenced)

    def silence(self, token: str, because: str) -> bool:
        """Write to the token's address no more; False when there is no such token."""
        try:
            with translated():
                self._client.update_item(
                    TableName=self._table,
                    Key=_key(token[:DIGEST_CHARACTERS]),
                    UpdateExpression="SET silenced = if_not_exists(silenced, :because)",
                    ConditionExpression="secret_key = :key",
                    ExpressionAttributeValues={
                        ":because": {"S": because},
                        ":key": {"S": token[DIGEST_CHARACTERS:]},
                    },
                )
        except Denied as denied:
            if denied.code != "ConditionalCheckFailedException":
                raise
            return False
        return True

    def knows(self, token: str) -> bool:
        """Whether the token names an address."""
        with translated():
            answer = self._client.get_item(
                TableName=self._table, Key=_key(token[:DIGEST_CHARACTERS]), ConsistentRead=True
            )
        known = answer.get("Item", {}).get("secret_key", {}).get("S", "")
        return bool(known) and secrets.compare_digest(known, token[DIGEST_CHARACTERS:])


def _key(digest: str) -> Any:
    return {"job_id": {"S": f"address#{digest}"}, "sk": {"S": ADDRESS}}
