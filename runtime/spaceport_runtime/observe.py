"""Structured logs and metrics of the functions: every line carries the job that it is about.

A line that is worth an alarm is a metric as well (CloudWatch's embedded metric format), so that
alarms need no code of their own.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

NAMESPACE = os.environ.get("POWERTOOLS_METRICS_NAMESPACE", "Spaceport")
SERVICE = os.environ.get("POWERTOOLS_SERVICE_NAME", "spaceport")
logger = Logger(service=SERVICE, utc=True)
stdlib_logger = logging.getLogger("spaceport")


@contextmanager
def about(job_id: str, correlation_id: str | None = None) -> Iterator[None]:
    """Every line that is logged inside carries the job, and the chain where that is known."""
    before = logger.thread_safe_get_current_keys()
    logger.thread_safe_append_keys(job_id=job_id, correlation_id=correlation_id or job_id)
    try:
        yield
    finally:
        logger.thread_safe_remove_keys(("job_id", "correlation_id"))
        logger.thread_safe_append_keys(**before)


def counted(metric: str) -> dict[str, Any]:
    """`logger.error(..., extra=counted("Denied"))`: the line counts one in the metric as well."""
    metrics = EphemeralMetrics(namespace=NAMESPACE, service=SERVICE)
    metrics.add_metric(name=metric, unit=MetricUnit.Count, value=1)
    return dict(metrics.serialize_metric_set())
