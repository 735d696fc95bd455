"""What a file really is, told by its first bytes and not by its name."""

from spaceport_ingest.rejection import PhotoRefused, WrongKind

ACCEPTED = {
    b"\xff\xd8\xff": "JPEG",
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
}
# ISO/IEC 23008-12: brands of still pictures in HEVC; `mif1` leaves open in what.
HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
OTHERS = {
    b"II+\x00": "BigTIFF",
    b"MM\x00+": "BigTIFF",
    b"GIF8": "GIF",
    b"\x00\x00\x00\x0cjP": "JPEG 2000",
    b"\x00\x00\x00\x0cJXL": "JPEG XL",
    b"\xff\x0a": "JPEG XL",
    b"BM": "BMP",
    b"%PDF": "PDF",
    b"PK\x03\x04": "zip",
    b"<!DO": "web page",
    b"<htm": "web page",
}
RAW_HEADS = (b"FUJIFILMCCD-RAW", b"IIRO", b"MMOR", b"IIU\x00", b"FOVb")
HEAD_BYTES = 512


def photo_format(content: bytes) -> str:
    """`JPEG`, `PNG`, `TIFF` or `HEIF`; raises PhotoRefused for anything else."""
    known = known_format(content)
    if known:
        return known
    if not content:
        raise PhotoRefused("The file is empty; copy it from the card again.")
    name = _other_format(content)
    if name:
        raise WrongKind(f"The file is a {name}; export the photo as JPEG.")
    if _is_text(content[:HEAD_BYTES]):
        raise WrongKind("The file is text and not a photo; leave it out.")
    raise PhotoRefused("The file is not a photo or its start is damaged; copy it again.")


def known_format(head: bytes) -> str:
    """The format of a file that begins so, if it is one that can be used; else nothing."""
    if head[4:8] == b"ftyp" and head[8:12] in HEIF_BRANDS:
        return "HEIF"
    if head[8:10] == b"CR" and head[:2] == b"II":
        return ""  # Canon's raw files are TIFFs by their first four bytes
    return next((name for magic, name in ACCEPTED.items() if head.startswith(magic)), "")


def media_type(content: bytes) -> str:
    """The type that S3 keeps with the photo."""
    types = {"JPEG": "jpeg", "PNG": "png", "TIFF": "tiff", "HEIF": "heic"}
    return f"image/{types[photo_format(content)]}"


def _other_format(content: bytes) -> str:
    if content[4:8] == b"ftyp":
        return {b"avif": "AVIF", b"avis": "AVIF", b"crx ": "raw file"}.get(content[8:12], "video")
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WebP"
    if content.startswith(RAW_HEADS) or content[8:10] == b"CR":
        return "raw file"
    return next((name for magic, name in OTHERS.items() if content.startswith(magic)), "")


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:
            return False
        text = head[: error.start].decode("utf-8")
    return all(sign.isprintable() or sign.isspace() for sign in text)
