"""What later stages begin from: sparse models and splats."""
