"""Where the photos are taken from."""
