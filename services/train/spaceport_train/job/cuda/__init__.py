"""The CUDA engine: gsplat."""
