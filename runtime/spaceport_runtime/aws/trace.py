"""X-Ray's trace header, carried along wherever we send: one trace from the upload to the mail."""

import os

TRACE_VARIABLE = "_X_AMZN_TRACE_ID"  # set by Lambda for every call


def trace_header() -> str | None:
    """The header of the call in hand; None outside Lambda."""
    return os.environ.get(TRACE_VARIABLE) or None
