"""The environment of notify's functions."""

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Where the status lies, and how notify speaks to people.

    `public_url` is what links begin with (also as `SPACEPORT_PUBLIC_URL`). A job whose results are
    copied to a folder of this machine names that folder in `folder_url` (`file:///.../`): then
    mail links into it, and the report to the files beside it.
    `configuration_set`: SES's, whose event destination sends bounces and complaints to
    EventBridge; without one nobody hears of them.
    `webhooks_to_loopback`: lets webhooks post to this machine, for tests.
    `patience_s`: how long a delivery waits for earlier events that have not arrived.
    """

    model_config = SettingsConfigDict(
        env_prefix="SPACEPORT_NOTIFY_", frozen=True, extra="ignore", populate_by_name=True
    )

    status_table: str = "spaceport-status"
    sender: str = "Spaceport <spaceport@localhost>"
    configuration_set: str | None = None
    webhooks_to_loopback: bool = False
    public_url: str = Field(
        default="http://localhost:8000",
        validation_alias=AliasChoices("SPACEPORT_NOTIFY_PUBLIC_URL", "SPACEPORT_PUBLIC_URL"),
    )
    folder_url: str | None = Field(default=None, pattern=r"^file:///.*/$")
    patience_s: float = Field(default=900.0, ge=0)
