"""Readers that are not ours, run under Node."""
