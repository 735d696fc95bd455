"""Uploads through the API: begun, sent piece by piece, looked at, completed or dropped."""
