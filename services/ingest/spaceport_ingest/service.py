"""What ingest consumes and publishes, and its part of the HTTP API."""

from itertools import product

from spaceport_contracts.events import (
    CancellationRequested,
    CaptureRejected,
    JobDeleted,
    ReconstructionRequested,
)
from spaceport_ingest.upload import AREA
from spaceport_runtime.service import Listen, Route, Service, Upload

# EventBridge's wildcards know no ignoring of case: PHOTOS.ZIP is a zip too.
ZIP_PATTERNS = tuple(f"uploads/*.{''.join(letters)}" for letters in product("zZ", "iI", "pP"))

SERVICE = Service(
    name="ingest",
    purpose="Uploads and requests -> jobs; bad input is refused before anything is paid for",
    consumes=(Listen(JobDeleted),),
    uploads=Upload(key_patterns=("uploads/*manifest.json", *ZIP_PATTERNS), watched=AREA),
    publishes=(CaptureRejected, ReconstructionRequested, CancellationRequested, JobDeleted),
    api=(
        Route("POST", "/start-job"),
        Route("POST", "/find-job"),
        Route("POST", "/estimates"),
        Route("POST", "/batches"),
        Route("GET", "/options"),
        Route("POST", "/uploads"),
        Route("GET", "/uploads/{upload_id}"),
        Route("POST", "/uploads/{upload_id}/links"),
        Route("POST", "/uploads/{upload_id}/parts"),
        Route("POST", "/uploads/{upload_id}/complete"),
        Route("DELETE", "/uploads/{upload_id}"),
        Route("POST", "/jobs/{job_id}/replay"),
        Route("POST", "/jobs/{job_id}/cancel"),
        Route("DELETE", "/jobs/{job_id}"),
    ),
    sweeps=True,
    handler_timeout_s=900,
)
