"""GET /options: what may be chosen, described from the types that check it."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from spaceport_contracts.options import JobOptions
from spaceport_contracts.results import Quality

QUALITY_WORDS = {
    Quality.DRAFT: "A first look: smaller photos, a short training.",
    Quality.STANDARD: "For most captures.",
    Quality.HIGH: "The finest detail, for several times the work.",
}


class WantedOptions(JobOptions):
    """What is left out is as the quality has it; GET /options says what there is."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True
    )

    def plain(self) -> JobOptions:
        """As the events carry them."""
        return JobOptions.model_validate(self.model_dump())


class QualityChoice(BaseModel):
    """One quality, in words."""

    name: Quality
    words: str


class OptionChoice(BaseModel):
    """One option: a whole number between two bounds; null is the default."""

    name: str
    type: str
    unit: str
    minimum: int
    maximum: int
    default: int | None
    words: str


class Choices(BaseModel):
    """Everything that may be chosen."""

    qualities: list[QualityChoice] = Field(description="one of these; standard, unless said")
    options: list[OptionChoice]


def choices() -> Choices:
    """All of them."""
    return Choices(
        qualities=[QualityChoice(name=name, words=words) for name, words in QUALITY_WORDS.items()],
        options=[_choice(name, schema) for name, schema in _properties().items()],
    )


def _properties() -> dict[str, Any]:
    properties: dict[str, Any] = WantedOptions.model_json_schema()["properties"]
    return properties


def _choice(name: str, schema: dict[str, Any]) -> OptionChoice:
    number = next(each for each in schema["anyOf"] if each["type"] != "null")
    return OptionChoice(
        name=name,
        type=number["type"],
        unit=schema["unit"],
        minimum=number["minimum"],
        maximum=number["maximum"],
        default=schema["default"],
        words=schema["description"],
    )
