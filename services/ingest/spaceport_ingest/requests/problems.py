"""What helps, by the field of a request that is to blame."""

REMEDIES = {
    "s3Url": "Give the S3 address of a zip, a manifest.json, a folder or a .ply in our bucket.",
    "etag": "Give the ETag that S3 answered when the object was put.",
    "email": "Give the address to write to, such as ada@example.org.",
    "pipelineStep": "Use sfm, 3dgs or compression.",
    "from": "Use sfm, 3dgs or compression.",
    "quality": "Use draft, standard or high.",
    "captures": "Name 1 to 100 captures, each with its s3Url.",
    "photos": "Give how many photos there are, from 1 to 10,000.",
    "pixelsPerPhoto": "Give width times height, from 1 to 200,000,000, or leave it out.",
    "Idempotency-Key": "Use 1 to 200 characters, new ones for every new request.",
    "options": "Use what GET /options lists, or leave it out.",
    "options.photoSidePx": "Give pixels from 480 to 4,800, or leave it out.",
    "options.maxGaussians": "Give a number from 2,000 to 10,000,000, or leave it out.",
    "options.shDegree": "Give 0, 1, 2 or 3, or leave it out.",
    "plan": "Give the planId that POST /drone-path answered, or the address of a plan.json.",
    "webhook": "Give the url to post to and a secret of 16 to 200 characters, or leave it out.",
    "webhook.url": "Give an https:// address on the public internet.",
    "webhook.secret": "Give 16 to 200 printable characters without spaces, made at random.",
    "title": "Give a title of at most 200 characters, or none.",
}
