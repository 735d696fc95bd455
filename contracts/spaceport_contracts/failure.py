"""Why a stage gave up: one shape from a child process over the job's files to the user's mail."""

import json
from enum import StrEnum

from pydantic import ConfigDict, Field, ValidationError

from spaceport_contracts.capture import Frozen
from spaceport_contracts.text import Words, clip

# SageMaker keeps 1,024 characters and puts words of its own around ours.
REASON_BYTES = 560
REMEDY_BYTES = 300


class FailureClass(StrEnum):
    """Who can mend it."""

    USER = "user"
    TIMEOUT = "timeout"
    STOPPED = "stopped"
    INTERNAL = "internal"


class Failure(Frozen):
    """What happened, in plain words, what to do about it, and whether trying again may help."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    failure_class: FailureClass = Field(alias="class")
    reason: Words
    remedy: Words
    retries: int = Field(default=0, ge=0, description="further attempts that it is worth")

    def as_text(self) -> str:
        """The failure as a job leaves it where SageMaker looks: one line of JSON, below 1,000
        bytes."""
        short = self.model_copy(
            update={
                "reason": clip(self.reason, REASON_BYTES),
                "remedy": clip(self.remedy, REMEDY_BYTES),
            }
        )
        return short.model_dump_json(by_alias=True)

    @classmethod
    def found_in(cls, text: str) -> "Failure | None":
        """The failure that a text contains, with whatever SageMaker wrote around it."""
        decoder = json.JSONDecoder()
        start = text.find("{")
        while start >= 0:
            try:
                return cls.model_validate(decoder.raw_decode(text, start)[0])
            except (ValueError, ValidationError, RecursionError):
                start = text.find("{", start + 1)
        return None
