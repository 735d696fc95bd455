"""The HTTP API: what may be asked of ingest, and the answers in words."""
