"""The container program of sfm."""
