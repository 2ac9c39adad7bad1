"""Files as people send them, made here: pictures that say where they were taken, and worse."""

import io
import zipfile
from typing import Any, Final

import pikepdf
from PIL import Image

GPS: Final = 0x8825
MAKE: Final = 0x010F
ORIENTATION: Final = 0x0112


def photograph(*, turned: int = 1, format: str = "JPEG") -> bytes:  # noqa: A002 (its name there)
    """A picture of 40 x 20 with the place it was taken and the camera that took it."""
    exif = Image.Exif()
    exif[MAKE] = "Camera of somebody"
    exif[ORIENTATION] = turned
    exif.get_ifd(GPS).update({1: "N", 2: (43.0, 14.0, 16.8), 3: "E", 4: (76.0, 56.0, 42.0)})
    picture = Image.new("RGB", (40, 20), "grey")
    written = io.BytesIO()
    picture.save(written, format, exif=exif)
    return written.getvalue()


def place_in(picture: bytes) -> dict[int, Any]:
    """What a picture says of the place where it was taken."""
    return dict(Image.open(io.BytesIO(picture)).getexif().get_ifd(GPS))


def document() -> bytes:
    """A PDF with its author, a script that runs when it is opened, a file within, a photograph."""
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(100, 100))
    pdf.docinfo["/Author"] = "Somebody who must not be named"
    with pdf.open_metadata() as metadata:
        metadata["dc:creator"] = ["Somebody who must not be named"]
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    pdf.attachments["list.txt"] = b"Somebody who must not be named"
    picture = pikepdf.Stream(pdf, photograph())
    picture.Type, picture.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    picture.Width, picture.Height = 40, 20
    picture.ColorSpace, picture.BitsPerComponent = pikepdf.Name.DeviceRGB, 8
    picture.Filter = pikepdf.Name.DCTDecode
    pdf.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=picture))
    pdf.pages[0].Contents = pdf.make_stream(b"q 40 0 0 20 0 0 cm /Im0 Do Q")
    written = io.BytesIO()
    pdf.save(written, compress_streams=False)
    return written.getvalue()


def package(*names: str, size: int = 10) -> bytes:
    """An archive with parts of these names."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, bytes(size))
    return written.getvalue()


def word_document() -> bytes:
    """A text document of an office."""
    return package("[Content_Types].xml", "word/document.xml")
