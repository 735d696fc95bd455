"""Structured logs: every line carries the service, and the job where there is one."""

import logging

from aws_lambda_powertools import Logger

logger = Logger(service="spaceport", utc=True)
stdlib_logger = logging.getLogger("spaceport")
