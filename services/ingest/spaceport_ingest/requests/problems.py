"""What helps, by the field of a request that is to blame."""

REMEDIES = {
    "s3Url": "Give the S3 address of a zip, a manifest.json, a folder or a .ply in our bucket.",
    "etag": "Give the ETag that S3 answered when the object was put.",
    "email": "Give the address to write to, such as ada@example.org.",
    "pipelineStep": "Use sfm, 3dgs or compression.",
    "from": "Use sfm, 3dgs or compression.",
    "quality": "Use draft, standard or high.",
    "title": "Give a title of at most 200 characters, or none.",
}
