"""What a file really is, told by its first bytes and not by its name."""

from spaceport_ingest.rejection import PhotoRefused

ACCEPTED = {b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG"}
OTHERS = {
    b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
    b"GIF8": "GIF",
    b"BM": "BMP",
    b"%PDF": "PDF",
    b"PK\x03\x04": "zip",
    b"<!DO": "web page",
    b"<htm": "web page",
}
BRANDS = {b"heic": "HEIC", b"heix": "HEIC", b"mif1": "HEIC", b"avif": "AVIF"}


def photo_format(content: bytes) -> str:
    """`JPEG` or `PNG`; raises PhotoRefused for anything else."""
    for magic, name in ACCEPTED.items():
        if content.startswith(magic):
            return name
    if not content:
        raise PhotoRefused("The file is empty; copy it from the card again.")
    name = _other_format(content)
    if name:
        raise PhotoRefused(f"The file is a {name}; export the photo as JPEG.")
    if _is_text(content[:512]):
        raise PhotoRefused("The file is text and not a photo; leave it out.")
    raise PhotoRefused("The file is not a photo or its start is damaged; copy it again.")


def _other_format(content: bytes) -> str:
    if content[4:8] == b"ftyp":
        return BRANDS.get(content[8:12], "video")
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WebP"
    return next((name for magic, name in OTHERS.items() if content.startswith(magic)), "")


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:
            return False
        text = head[: error.start].decode("utf-8")
    return all(sign.isprintable() or sign.isspace() for sign in text)
