"""Jobs through the API: begun, found, run again, cancelled, deleted, and many as one batch."""
