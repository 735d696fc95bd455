"""EventBridge hands an event on as it is, unless a target asks for another form; none of ours does.

moto writes every event into a template, with a parser made anew for each of its fields: a fifth of
the CPU of a small job, and an event that speaks of `<id>` (a title may) comes out as another one.
"""

from typing import Any

from moto.events.utils import EventTemplateParser

HANDED_ON = ("id", "time", "version", "detail-type", "source", "region", "resources", "detail")


def mend_templates() -> None:
    """Hand events on as they are; doing it again changes nothing."""
    parser: Any = EventTemplateParser
    if parser.parse is _parse:
        return
    parser.with_template = parser.parse
    parser.parse = staticmethod(_parse)


def _parse(input_template: str, input_paths_map: dict[str, Any], event: Any) -> dict[str, Any]:
    if input_template:
        parser: Any = EventTemplateParser
        other: dict[str, Any] = parser.with_template(input_template, input_paths_map, event)
        return other
    return {name: event[name] for name in HANDED_ON}
