"""Flight files that other programs read."""
