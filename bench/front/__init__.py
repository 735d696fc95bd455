"""The front door: requests, uploads, verdicts."""
