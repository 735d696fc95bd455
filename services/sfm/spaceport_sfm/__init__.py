"""Spaceport sfm."""
