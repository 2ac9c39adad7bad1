"""What is taken off pictures before they are sealed, by the page's program and by the client."""

import base64
import io
from pathlib import Path
from typing import Any, Final

import pytest
from PIL import Image, ImageChops, ImageOps, PngImagePlugin

from deploy.sdk.python.qadaga_client import tips
from deploy.sdk.python.qadaga_client.pictures import stripped
from tests.cases.evidence.files import place_in
from tests.sdk.test_tips_in_node import NODE, asked_of_node

OWNER: Final = "Somebody who must not be named"
PROGRAM: Final = """
import { readFileSync } from "node:fs";
import { isPicture, stripped } from "./pictures.js";
const given = JSON.parse(readFileSync(0, "utf8"));
const said = given.map((text) => {
  const one = Uint8Array.from(Buffer.from(text, "base64"));
  try {
    const made = stripped(one);
    return { known: isPicture(one), made: made && Buffer.from(made).toString("base64") };
  } catch (fault) {
    return { known: isPicture(one), fault: fault.message };
  }
});
console.log(JSON.stringify(said));
"""


def photograph(side: int = 1, **more: Any) -> bytes:
    """A photograph that says where it was taken, by whom, how it looks small, and a film after."""
    exif = Image.Exif()
    exif[0x010F], exif[0x9C9D], exif[0x0112] = "Camera of somebody", OWNER, side
    exif.get_ifd(0x8825).update({1: "N", 2: (43.0, 14.0, 16.8), 3: "E", 4: (76.0, 56.0, 42.0)})
    written = io.BytesIO()
    told = {
        "exif": exif,
        "comment": OWNER,
        "icc_profile": OWNER.encode() * 9,
        "xmp": OWNER.encode(),
    }
    _picture().save(written, "JPEG", **told, **more)
    return written.getvalue() + b"\xff\xd8\xff" + OWNER.encode()


def drawing() -> bytes:
    """A PNG with its author, the place, and something after its end."""
    said = PngImagePlugin.PngInfo()
    said.add_text("Author", OWNER)
    said.add_itxt("Place", OWNER, zip=True)
    exif = Image.Exif()
    exif[0x010F] = OWNER
    written = io.BytesIO()
    _picture().quantize().save(written, "PNG", pnginfo=said, exif=exif, icc_profile=OWNER.encode())
    return written.getvalue() + OWNER.encode()


def _picture() -> Image.Image:
    """Slanted colours, so that a turn or a lost line is seen."""
    red, green = Image.linear_gradient("L"), Image.radial_gradient("L")
    return Image.merge("RGB", (red, green, ImageChops.invert(red))).resize((96, 40))


GOOD: Final = {
    "a photograph": photograph(),
    "one that lies on its side": photograph(6),
    "one in steps, with restarts": photograph(8, progressive=True, restart_marker_blocks=2),
    "one without colours": photograph(3, quality=30),
    "a drawing": drawing(),
}
OTHERS: Final = {"a text": OWNER.encode(), "a PDF": b"%PDF-1.7 " + OWNER.encode(), "nothing": b""}
BROKEN: Final = {
    f"{name}, cut off after {size}": file[:size]
    for name, file, sizes in (
        ("a photograph", photograph(), (3, 30, 900, 1400)),
        ("a drawing", drawing(), (8, 40, 300)),
    )
    for size in sizes
}


@pytest.mark.parametrize("name", GOOD)
def test_a_picture_is_the_same_and_tells_nothing_beside_itself(name: str) -> None:
    given = GOOD[name]
    made = stripped(given)
    assert made is not None
    before, after = Image.open(io.BytesIO(given)), Image.open(io.BytesIO(made))

    for told in (OWNER, "Camera of somebody", "somebody"):
        assert told.encode() not in made
        assert told.encode("utf-16-le") not in made
    assert not place_in(made)
    assert set(after.getexif()) <= {0x0112}, "which side is up, and nothing more"
    assert not after.info.keys() & {"icc_profile", "comment", "xmp", "Author", "Place"}
    one, other = (ImageOps.exif_transpose(each).convert("RGB") for each in (before, after))
    assert one.size == other.size
    assert ImageChops.difference(one, other).getbbox() is None
    assert stripped(made) == made


@pytest.mark.parametrize("name", BROKEN)
def test_a_picture_that_cannot_be_read_is_refused_and_not_sent_as_it_is(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        stripped(BROKEN[name])


def test_what_is_sealed_is_the_picture_alone_and_other_files_go_as_they_are() -> None:
    private, public = tips.new_pair()
    key = tips.load_private(private)

    def sealed(file: bytes, **more: Any) -> bytes:
        parts = tips.seal_file({"chunk": 1024}, file, {"a": public}, **more)
        return tips.open_file([{**each, **each["sealed"]} for each in parts], {"a": key})

    given = GOOD["a photograph"]
    assert sealed(given) == stripped(given) != given
    assert sealed(given, as_it_is=True) == given
    for other in OTHERS.values():
        assert stripped(other) is None
        assert sealed(other) == other


@pytest.mark.skipif(NODE is None, reason="there is no node on this machine")
def test_the_program_of_the_page_takes_off_the_same(tmp_path: Path) -> None:
    every = [*GOOD.values(), *OTHERS.values(), *BROKEN.values()]
    said = asked_of_node(tmp_path, PROGRAM, [base64.b64encode(each).decode() for each in every])

    found = [base64.b64decode(each["made"]) if each.get("made") else None for each in said]
    assert found[: len(GOOD)] == [stripped(each) for each in GOOD.values()]
    assert [each["known"] for each in said] == [each not in OTHERS.values() for each in every]
    assert all("cannot be read" in each["fault"] for each in said[-len(BROKEN) :])
    assert not any("fault" in each for each in said[: -len(BROKEN)])
