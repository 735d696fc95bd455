"""Verified pairs to camera poses: the ladder of attempts and the focal length."""
