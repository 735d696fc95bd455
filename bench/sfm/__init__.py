"""sfm beside pycolmap's defaults."""
