"""DynamoDB tables that survive: every write that moto accepted, in order, in a journal.

Writes are made one at a time, so that the journal's order is the order in which they took effect;
a conditional write that was accepted then is accepted again when the journal is read.
"""

import json
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from spaceport_local.aws.edge import Call
from spaceport_local.disk.journal import Journal

VERSION = "DynamoDB_20120810."
WRITES = ("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem")
Post = Callable[[str, bytes], Any]


class Tables:
    """Observes DynamoDB's writes and keeps them on disk."""

    def __init__(self, path: Path) -> None:
        self._journal = Journal(path, owes=True)
        self._lock = threading.RLock()

    def wants(self, call: Call) -> bool:
        """Whether the call writes to a table."""
        return call.target.startswith(VERSION) and call.target.removeprefix(VERSION) in WRITES

    def lock(self) -> AbstractContextManager[Any] | None:
        """Order matters."""
        return self._lock

    def seen(self, call: Call) -> None:
        """Note an accepted write before it is acknowledged."""
        self._journal.append([call.target, json.loads(call.body)])

    def restore(self, names: list[str], post: Post) -> None:
        """Write everything again into empty tables, then shorten the journal to what is left."""
        for target, request in self._journal.read():
            post(target, json.dumps(request).encode())
        puts = [
            [VERSION + "PutItem", {"TableName": name, "Item": item}]
            for name in names
            for item in _scan(name, post)
        ]
        self._journal.rewrite(puts)

    def close(self) -> None:
        """Let go of the journal."""
        self._journal.close()


def _scan(name: str, post: Post) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    request: dict[str, Any] = {"TableName": name}
    while True:
        page = post(VERSION + "Scan", json.dumps(request).encode())
        items += page["Items"]
        if "LastEvaluatedKey" not in page:
            return items
        request["ExclusiveStartKey"] = page["LastEvaluatedKey"]
