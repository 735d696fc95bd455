"""The container program of train."""
