"""EventBridge's envelope, as it arrives in an SQS message's body."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Envelope(BaseModel):
    """Only what we use: powertools' model demands fields that local emulators leave out."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    source: str
    detail_type: str = Field(alias="detail-type")
    detail: dict[str, Any]
