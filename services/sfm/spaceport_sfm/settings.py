"""The environment of sfm's functions."""

from pydantic_settings import SettingsConfigDict

from spaceport_runtime.settings import StageSettings


class Settings(StageSettings):
    """What a deployment may choose about the job."""

    model_config = SettingsConfigDict(env_prefix="SPACEPORT_SFM_", frozen=True, extra="ignore")
