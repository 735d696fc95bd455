"""The SOG v2 encoder."""
