"""What a Gaussian splat is: files, cameras, rasteriser, quality."""
