"""Photos in and photos out: decoded, grouped by camera, undistorted."""
