"""The environment of ingest's functions."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

GIB = 1 << 30
MIB = 1 << 20


class Limits(BaseSettings):
    """What an upload may be; everything beyond is refused before anything is paid for."""

    model_config = SettingsConfigDict(env_prefix="SPACEPORT_INGEST_", frozen=True, extra="ignore")

    max_files: int = Field(default=50_000, description="below a folder that a request names")
    min_photos: int = Field(default=3, description="two views fix no scale, three do")
    max_photos: int = 10_000
    max_photo_bytes: int = 150 * MIB
    max_photo_pixels: int = Field(default=200_000_000, description="largest drone camera: 100 MP")
    max_decoded_bytes: int = Field(
        default=512 * MIB, description="of all pictures that are being decoded at once"
    )
    max_scans: int = Field(default=100, description="passes of a JPEG; programs write about ten")
    max_capture_bytes: int = 20 * GIB
    max_manifest_bytes: int = Field(default=8 * MIB, description="10,000 photos need 2 MiB")
    max_zip_directory_bytes: int = 64 * MIB
    max_nested_zip_bytes: int = Field(default=GIB // 2, description="is read as a whole")
    max_zip_entries: int = 20_000
    max_zip_ratio: float = Field(default=100.0, description="photos barely shrink at all")
    max_missing_share: float = Field(default=0.5, description="above it an upload is incomplete")
    link_valid_s: int = Field(default=3600, description="then the uploader asks for another")
    upload_kept_s: int = Field(default=7 * 86_400, description="an open one; then it is swept")
    workers: int = Field(default=4, description="photos inspected at once")
    waiting_lost_after_s: float = 60.0
    give_up_after_s: float = Field(default=3600.0, description="then the user is told")
    running_lost_after_s: float = Field(default=300.0, description="then the sweep takes over")


class Settings(BaseSettings):
    """What a deployment chooses about ingest.

    `uploads_owner`: whose jobs the uploads become that nobody signed in for, put into the bucket
    with AWS's keys. Nobody's unless said; on a machine of one user, that user's.
    `webhooks_to_loopback`: a job's webhook may be on this machine, for tests; notify has its own.
    """

    model_config = SettingsConfigDict(env_prefix="SPACEPORT_INGEST_", frozen=True, extra="ignore")

    uploads_table: str = "spaceport-uploads"
    uploads_owner: str = ""
    webhooks_to_loopback: bool = False
