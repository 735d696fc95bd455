"""The environment of sfm's functions."""

from pydantic_settings import BaseSettings, SettingsConfigDict

from spaceport_sfm.service import JOB


class Settings(BaseSettings):
    """Where and on what the job runs."""

    model_config = SettingsConfigDict(env_prefix="SPACEPORT_SFM_", frozen=True, extra="ignore")

    image: str = "spaceport-sfm:latest"
    instance_type: str = JOB.instance_type
