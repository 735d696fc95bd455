"""Zips of photos: the directory is judged, entries are unpacked from S3 to S3."""
