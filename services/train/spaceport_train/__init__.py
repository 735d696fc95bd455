"""Spaceport train."""
