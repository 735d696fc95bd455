"""The state folder: where it lies, its append-only files, and what the process lends it."""
