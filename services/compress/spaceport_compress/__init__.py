"""Spaceport compress."""
