"""Spaceport notify."""
