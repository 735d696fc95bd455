"""What notify consumes, and its part of the HTTP API. It tells people; it publishes nothing."""

from spaceport_contracts.events import EVENTS, FlightPlanned
from spaceport_runtime.service import Listen, Notice, Route, Service

SERVICE = Service(
    name="notify",
    purpose="What people are told: live status, the report, e-mail, webhooks",
    # A plan is no job: nothing runs, and its answer has told who asked.
    consumes=tuple(Listen(event) for event in EVENTS if event is not FlightPlanned),
    publishes=(),
    notices=Notice("aws.ses", ("Email Bounced", "Email Complaint Received")),
    api=(
        Route("GET", "/jobs"),
        Route("GET", "/jobs/{job_id}"),
        Route("GET", "/batches/{batch_id}"),
        Route("GET", "/jobs/{job_id}/events"),
        Route("GET", "/jobs/{job_id}/files/{name}"),
        Route("GET", "/jobs/{job_id}/photos/{name}"),
        Route("GET", "/jobs/{job_id}/positions"),
        Route("GET", "/jobs/{job_id}/results"),
        Route("GET", "/unsubscribe/{token}", is_open=True),
        Route("POST", "/unsubscribe/{token}", is_open=True),
        Route("GET", "/jobs/{job_id}/annotations"),
        Route("PUT", "/jobs/{job_id}/annotations"),
        Route("GET", "/shared/{token}/annotations", is_open=True),
        Route("POST", "/jobs/{job_id}/shares"),
        Route("GET", "/jobs/{job_id}/shares"),
        Route("DELETE", "/shares/{share_id}"),
        Route("GET", "/shared/{token}", is_open=True),
        Route("GET", "/shared/{token}/files/{name}", is_open=True),
        Route("POST", "/webhooks"),
        Route("GET", "/webhooks"),
        Route("DELETE", "/webhooks/{hook_id}"),
    ),
    sweeps=False,
)
