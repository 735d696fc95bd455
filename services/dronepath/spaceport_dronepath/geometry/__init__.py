"""Areas, cameras and ways through the air, in metres."""
