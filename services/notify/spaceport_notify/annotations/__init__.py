"""What people write at places of a scene: one document per job, beside its report."""
