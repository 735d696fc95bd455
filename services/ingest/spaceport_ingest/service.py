"""What ingest consumes and publishes, and its part of the HTTP API."""

from spaceport_contracts.events import (
    CancellationRequested,
    CaptureRejected,
    ReconstructionRequested,
)
from spaceport_runtime.service import Route, Service, Upload

SERVICE = Service(
    name="ingest",
    purpose="Uploads and requests -> jobs; bad input is refused before anything is paid for",
    consumes=(),
    uploads=Upload(key_patterns=("uploads/*manifest.json", "uploads/*.zip")),
    publishes=(CaptureRejected, ReconstructionRequested, CancellationRequested),
    api=(
        Route("POST", "/start-job"),
        Route("POST", "/jobs/{job_id}/replay"),
        Route("POST", "/jobs/{job_id}/cancel"),
    ),
    sweeps=True,
    handler_timeout_s=900,
)
