"""Queries and scans while others write.

moto walks through the table itself, and breaks off with an internal error when a row is added
meanwhile; and it looks at the type of every key again for each comparison of the sort.
"""

from typing import Any

from moto.dynamodb.models.table import Table


def mend_listings() -> None:
    """List a copy of the table, sorted by plain values; doing it again changes nothing."""
    table: Any = Table
    table.all_items = _all_items


def _all_items(table: Any) -> list[Any]:
    items = list(table.items.values())
    if table.range_key_attr:
        items = [item for rows in items for item in list(rows.values())]
    return sorted(items, key=_place_of)


def _place_of(item: Any) -> tuple[Any, ...]:
    keys = (item.hash_key, item.range_key) if item.range_key else (item.hash_key,)
    return tuple(key.cast_value for key in keys)
