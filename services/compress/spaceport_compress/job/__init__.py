"""The container program of compress."""
