"""Where the model stands on Earth: scale, up, heading, height above ground."""
