"""Spaceport ingest."""
