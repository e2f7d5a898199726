"""Small pictures of large ones."""

from io import BytesIO

from PIL import Image, ImageOps

LARGEST = 1024


def thumbnail(picture: bytes, side: int) -> bytes:
    """A JPEG of at most side x side pixels.

    Raises ValueError where the bytes are no picture, or the side is not in 1 to LARGEST.
    """
    if not 1 <= side <= LARGEST:
        raise ValueError(f"the side has to be 1 to {LARGEST} pixels")
    try:
        with Image.open(BytesIO(picture)) as image:
            small = ImageOps.exif_transpose(image).convert("RGB")
    except (OSError, Image.DecompressionBombError) as error:
        raise ValueError("that is no picture") from error
    small.thumbnail((side, side))
    out = BytesIO()
    small.save(out, "JPEG", quality=85)
    return out.getvalue()
