"""What is trained on: posed photos, sparse points, the first Gaussians."""
