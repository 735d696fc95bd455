"""Transactions whose cost does not grow with the table.

moto copies every item of a table, deeply, before each TransactWriteItems, in case it must be rolled
back: with n jobs in the status table every event costs O(n). A transaction that only puts, checks
and deletes replaces items and never changes one in place, so the table's index is enough.
"""

import copy
from collections import defaultdict
from contextvars import ContextVar
from functools import wraps
from typing import Any

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table

_only_replaces: ContextVar[bool] = ContextVar("only_replaces", default=False)


def mend_transactions() -> None:
    """Teach moto to keep the index only; doing it again changes nothing."""
    table: Any = Table
    moto: Any = DynamoDBBackend
    if "__deepcopy__" in vars(table):
        return
    table.__deepcopy__ = _copied
    original = moto.transact_write_items

    @wraps(original)
    def transact_write_items(backend: Any, transact_items: list[dict[str, Any]]) -> None:
        changes_in_place = any("Update" in item for item in transact_items)
        token = _only_replaces.set(not changes_in_place)
        try:
            original(backend, transact_items)
        finally:
            _only_replaces.reset(token)

    moto.transact_write_items = transact_write_items


def _copied(table: Any, memo: dict[int, Any]) -> Any:
    twin = copy.copy(table) if _only_replaces.get() else table.__class__.__new__(table.__class__)
    memo[id(table)] = twin
    if not _only_replaces.get():
        vars(twin).update(copy.deepcopy(vars(table), memo))
        return twin
    items = table.items.items()
    twin.items = defaultdict(
        dict, {key: dict(rows) if table.has_range_key else rows for key, rows in items}
    )
    return twin
