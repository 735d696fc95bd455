"""Which bodies of AWS's JSON protocol can be worked on at all."""

import json
from typing import Any

MAX_DEPTH = 64  # DynamoDB nests 32 levels; each takes two of JSON's


def is_readable(body: bytes) -> bool:
    """JSON, an object, not too deep, and text that can be written again (no lone surrogates)."""
    if not body:
        return True
    try:
        value = json.loads(body)
        if b"\\ud" in body.lower():
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return False
    is_large = body.count(b"{") + body.count(b"[") > MAX_DEPTH
    return isinstance(value, dict) and not (is_large and _is_deeper(value, MAX_DEPTH))


def _is_deeper(value: Any, levels: int) -> bool:
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list):
        return False
    return levels == 0 or any(_is_deeper(part, levels - 1) for part in value)
