"""Verified pairs to camera poses: the ladder of trials and the focal length."""
