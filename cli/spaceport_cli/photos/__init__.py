"""The photos: found, named, uploaded."""
