"""The environment of compress's functions."""

from pydantic_settings import BaseSettings, SettingsConfigDict

from spaceport_compress.service import JOB


class Settings(BaseSettings):
    """Where and on what the job runs."""

    model_config = SettingsConfigDict(env_prefix="SPACEPORT_COMPRESS_", frozen=True, extra="ignore")

    image: str = "spaceport-compress:latest"
    instance_type: str = JOB.instance_type
