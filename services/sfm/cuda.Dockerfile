# The sfm job with its matching on an NVIDIA GPU. Build from the repository's root, after the other:
#   docker build --platform linux/amd64 -f services/sfm/cuda.Dockerfile -t spaceport-sfm .
# Neither has been run on a GPU yet (no GPU, no Docker where they were written).
# hadolint ignore=DL3007
FROM spaceport-sfm:latest
RUN pip uninstall --yes pycolmap \
    && pip install --no-cache-dir --no-deps -c constraints.txt \
       pycolmap-cuda12 nvidia-cuda-runtime-cu12 nvidia-curand-cu12
ENV NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility
ENTRYPOINT ["python", "-m", "spaceport_sfm.job"]
