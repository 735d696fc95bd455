"""The CPU engine: our own rasteriser, loss and optimiser."""
