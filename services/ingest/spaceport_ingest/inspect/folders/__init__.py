"""Photos that lie in the bucket one by one, with a manifest or without."""
