"""The environment of notify's functions."""

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Where the status lies, and how notify speaks to people.

    `public_url` is what links begin with (also as `SPACEPORT_PUBLIC_URL`); with `relative_links`
    the report links to files beside it instead, for a report that is copied to a folder.
    `patience_s`: how long a delivery waits for earlier events that have not arrived.
    """

    model_config = SettingsConfigDict(
        env_prefix="SPACEPORT_NOTIFY_", frozen=True, extra="ignore", populate_by_name=True
    )

    status_table: str = "spaceport-status"
    sender: str = "Spaceport <spaceport@localhost>"
    public_url: str = Field(
        default="http://localhost:8000",
        validation_alias=AliasChoices("SPACEPORT_NOTIFY_PUBLIC_URL", "SPACEPORT_PUBLIC_URL"),
    )
    relative_links: bool = False
    patience_s: float = Field(default=900.0, ge=0)
