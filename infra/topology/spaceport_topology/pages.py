"""What a browser is told about our pages, whoever serves them: one policy for every cloud."""

from collections.abc import Sequence

# Asset names hold a hash of their content: a name never means two things.
ASSETS = "assets/"
FOREVER = "public, max-age=31536000, immutable"
FRESH = "no-cache"
# What pages ask first: how people sign in.
CONFIG = "config.json"
# The app, and the pages that are nothing but a scene, which do not wait for the rest of it.
INDEX = "index.html"
VIEWER = "viewer.html"
SCENES = ("view/", "s/", "embed/")
# Pages below it may stand in a frame of anybody's page, and do nothing but show; no other may.
EMBED = "embed/"


def file_of_page(path: str) -> str:
    """The file that answers a page's path (without its first slash)."""
    return VIEWER if path.startswith(SCENES) else INDEX


def content_security_policy(
    data: Sequence[str], images: Sequence[str] = (), *, is_framed: bool = False
) -> str:
    """Scripts, styles and workers are our own files, and nothing is written into a page.

    `data` are the origins that pages ask beside their own (API, S3, sign-in), `images` those that
    only pictures come from; `is_framed`: for the pages below EMBED. The splat viewer makes its
    workers and pictures from blobs.
    """
    asked = "".join(f" {origin}" for origin in data)
    shown = asked + "".join(f" {origin}" for origin in images)
    return "; ".join(
        (
            "default-src 'self'",
            "worker-src 'self' blob:",
            f"img-src 'self' blob: data:{shown}",
            f"connect-src 'self'{asked}{shown if images else ''}",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors *" if is_framed else "frame-ancestors 'none'",
        )
    )
