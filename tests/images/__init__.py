"""The jobs' images, as far as they can be proved without Docker."""
