"""`spaceport run` and `demo`: from photos to results in a folder."""
