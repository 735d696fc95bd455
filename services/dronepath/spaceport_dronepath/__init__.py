"""Where to fly, so that the reconstruction will be good."""
