"""moto's memory: it keeps a list of everything that it ever made, for a page that nobody opens."""

from typing import Any

from moto.core.common_models import BaseModel


def mend_memory() -> None:
    """Make moto forget what it has let go of; doing it again changes nothing.

    Every item, message, event and copy of a table stays in `instances_tracked` otherwise: half a
    megabyte for each job, and more for each later one.
    """
    model: Any = BaseModel
    model.__new__ = _new


def _new(model: Any, *_arguments: Any, **_named: Any) -> Any:
    return object.__new__(model)
