"""The environment of dronepath's function."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from spaceport_contracts.flight import PLANS_PREFIX

GIB = 1 << 30


class Settings(BaseSettings):
    """Where plans go, and what may be read for them."""

    model_config = SettingsConfigDict(
        env_prefix="SPACEPORT_DRONEPATH_", frozen=True, extra="ignore"
    )

    prefix: str = Field(
        default=PLANS_PREFIX.rstrip("/"), description="of the keys of plans in the bucket"
    )
    link_seconds: int = Field(default=3600, ge=60, le=604_800)
    max_dem_bytes: int = Field(default=8 * GIB, description="only a window of it is read")
