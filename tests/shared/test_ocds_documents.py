"""Files as they come: every release is found, every fault is refused alone, memory is bounded."""

import gzip
import io
import json
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from shared.ocds import Document, Limits, Refusal, read
from shared.ocds.inflate import Bound

ONE, TWO, THREE = ({"ocid": str(number), "id": "r"} for number in (1, 2, 3))


def lines(*values: Any) -> bytes:
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


def answers(content: bytes, **limits: Any) -> list[str]:
    """Say what came: the ocid of a release, the code of a refusal."""
    found = read(io.BytesIO(content), Limits(**limits))
    return [entry.release["ocid"] if isinstance(entry, Document) else entry.code for entry in found]


@pytest.mark.parametrize(
    "content",
    [
        lines(ONE, TWO, THREE),
        lines(ONE, TWO, THREE).replace(b"\n", b"\r\n\r\n"),
        b"\xef\xbb\xbf" + lines(ONE, TWO, THREE).rstrip(),
        lines([ONE, TWO], THREE),
        lines({"releases": [ONE, TWO]}, {"source": {"path": "x"}, "release": THREE}),
        lines({"records": [{"ocid": "1", "compiledRelease": ONE, "releases": [TWO]}]}, TWO, THREE),
        lines({"records": [{"ocid": "1", "releases": [ONE, {"url": "u"}, TWO]}]}, [THREE]),
        json.dumps({"uri": "u", "releases": [ONE, TWO, THREE]}, indent=2).encode(),
        json.dumps([ONE, TWO, THREE], indent=2).encode(),
        json.dumps({"records": [{"compiledRelease": each} for each in (ONE, TWO, THREE)]}).encode(),
        b"[\n" + b",\n".join(json.dumps(each).encode() for each in (ONE, TWO, THREE)) + b"\n]",
        b"\n".join(json.dumps(each, indent=1).encode() for each in (ONE, TWO, THREE)),
    ],
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_every_shape_of_file_gives_its_three_releases(content: bytes, pack: Any) -> None:
    assert answers(pack(content)) == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (b'{"ocid": "x", "tender": {"ti', "truncated"),
        (b'{"ocid": "x", "title": "cut he', "truncated"),
        (b'{"ocid": "x",', "truncated"),
        (b'{"ocid" "x"}', "malformed"),
        (b"{'ocid': 'x'}", "malformed"),
        (b'{"ocid": "x"} {"ocid": "y"}', "malformed"),
        (b"<html>502 Bad Gateway</html>", "malformed"),
        (b'{"ocid": "\xff\xfe"}', "not_utf8"),
        (b"null", "not_an_object"),
        (b"17", "not_an_object"),
        (b'"ocid"', "not_an_object"),
        (b'{"id": "no ocid"}', "not_a_release"),
        (b'{"ocid": "x", "releases": [{"url": "u"}]}', "record_without_release"),
        (b'{"releases": []}', "empty"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "too_deep"),
        (b"[" * 100_000, "too_deep"),
    ],
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_bad_line_is_refused_alone_wherever_it_stands(bad: bytes, code: str, place: int) -> None:
    content = [json.dumps(ONE).encode(), json.dumps(TWO).encode()]
    content.insert(place, bad)
    expected = ["1", "2"]
    expected.insert(place, code)

    found = list(read(io.BytesIO(b"\n".join(content))))

    assert answers(b"\n".join(content)) == expected
    refusal = found[place]
    assert isinstance(refusal, Refusal)
    assert refusal.line == place + 1
    assert refusal.raw == bad
    assert len(refusal.reason) > 20


def test_a_bad_element_of_a_package_is_refused_alone_with_its_place() -> None:
    content = b'{"uri":"u",\n"releases":[{"ocid":"1"},null,\n{"ocid":"2",}, 5, {"ocid":"3"}]}'

    found = list(read(io.BytesIO(content)))

    assert answers(content) == ["1", "not_an_object", "malformed", "not_an_object", "3"]
    assert [(entry.line, entry.item) for entry in found] == [(2, 0), (3, 1), (3, 1), (3, 2), (3, 2)]


def test_a_truncated_package_gives_what_came_whole() -> None:
    content = json.dumps({"releases": [ONE, TWO, THREE]}).encode()[:-10]

    assert answers(content) == ["1", "2", "truncated"]


def test_brackets_that_do_not_match_end_at_the_next_line() -> None:
    assert answers(b'{"releases":[\n{"ocid":"1"}, {"ocid":]}\n{"ocid":"2"}\n') == [
        "1",
        "malformed",
        "2",
    ]


@pytest.mark.parametrize("content", [b"", b" \n\n", gzip.compress(b"", mtime=0)])
def test_an_empty_file_says_so(content: bytes) -> None:
    assert answers(content) == ["empty"]


def test_the_release_of_a_collection_keeps_what_is_said_of_its_source_and_its_bytes() -> None:
    (wrapped,) = read(io.BytesIO(lines({"source": {"path": "a.json"}, "release": ONE})))
    (bare,) = read(io.BytesIO(b'{"ocid" : "1"}\n'))

    assert isinstance(wrapped, Document)
    assert isinstance(bare, Document)
    assert wrapped.source == {"path": "a.json"}
    assert bare.raw == b'{"ocid" : "1"}'


@pytest.mark.check("B9", tier=1, limit="one rule")
def test_of_a_repeated_key_the_last_counts_and_a_note_says_so() -> None:
    (document,) = read(io.BytesIO(b'{"ocid":"1","tender":{"id":"a","id":"b"},"x":":"}'))

    assert isinstance(document, Document)
    assert document.release["tender"] == {"id": "b"}
    assert [(note.code, note.received) for note in document.notes] == [("key_repeated", "id")]


@pytest.mark.parametrize("text", [r"\ud800", "NaN", "1e400", r"\u0000", "-Infinity", "9" * 5000])
def test_values_json_cannot_hold_come_through_to_be_mended(text: str) -> None:
    value = f'"{text}"' if text.startswith("\\") else text

    assert answers(b'{"ocid":"1","x":' + value.encode() + b"}") == ["1"]


def test_a_release_over_the_limit_is_refused_and_its_neighbours_come() -> None:
    large = {"ocid": "large", "text": "x" * 1000}

    assert answers(lines(ONE, large, TWO), document=500) == ["1", "too_large", "2"]
    assert answers(lines(large, ONE), document=500) == ["too_large", "1"]
    assert answers(lines([ONE, large, TWO], THREE), document=500) == ["1", "too_large", "2", "3"]
    assert answers(json.dumps([ONE, large], indent=1).encode(), document=500) == ["1", "too_large"]


OPEN = b'{"ocid":"large","text":"' + b"x" * 1000  # a line that ends inside a text
UNCLOSED = b'{"ocid":"large","tender":{"text":"' + b"x" * 1000 + b'"'  # outside a text
ASKING = b'{"ocid":"large","text":"' + b"x" * 1000 + b'","tender":'  # before a value
LISTING = b'{"ocid":"large","x":[[' + b"1000," * 200  # between elements


@pytest.mark.parametrize("large", [OPEN, UNCLOSED, ASKING, LISTING, OPEN + b"\\"])
@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (lines(ONE), lines(TWO), ["1", "too_large", "2"]),
        (lines(ONE), b"", ["1", "too_large"]),
        (b"", lines(TWO, THREE), ["too_large", "2", "3"]),
        (b"", b"\n\r\n" + lines(TWO), ["too_large", "2"]),
        (b"", b'{"ocid":"x",\n' + lines(TWO), ["too_large", "truncated", "2"]),
        (b"", b"<html>\n" + lines(TWO), ["too_large", "malformed", "2"]),
        (lines(ONE), b'{"ocid":"x', ["1", "too_large", "truncated"]),
        (lines(ONE), OPEN + b"\n" + lines(TWO), ["1", "too_large", "too_large", "2"]),
    ],
)
def test_a_line_over_the_limit_that_never_closes_is_refused_alone(
    large: bytes, before: bytes, after: bytes, expected: list[str]
) -> None:
    content = before + large + b"\n" + after

    refusal = list(read(io.BytesIO(content), Limits(document=500)))[len(before) > 0]

    assert answers(content, document=500) == expected
    assert isinstance(refusal, Refusal)
    assert (refusal.size, refusal.offset) == (len(large), len(before))
    assert refusal.line == (2 if before else 1)
    assert refusal.raw == large
    assert f"{len(large)} bytes, more than 500 bytes" in refusal.reason


def test_a_line_over_the_limit_that_never_closes_does_not_hide_a_damaged_end() -> None:
    content = gzip.compress(lines(ONE) + OPEN + b"\n" + lines(TWO), mtime=0)

    assert answers(content[:-8], document=500) == ["1", "too_large", "2", "gzip_broken"]


def test_forty_megabytes_that_never_close_are_refused_at_the_real_limit() -> None:
    content = lines(ONE) + b'{"ocid":"large","text":"' + b"x" * 40_000_000 + b"\n" + lines(TWO)

    found = list(read(io.BytesIO(content)))

    assert answers(content) == ["1", "too_large", "2"]
    assert isinstance(found[1], Refusal)
    assert "40000024 bytes, more than 32 MiB" in found[1].reason


@pytest.mark.parametrize(
    "content",
    [
        json.dumps({"ocid": "large", "text": ["x" * 100] * 10}, indent=1).encode(),
        OPEN + b'",\n"tender": {\n"id": "1"\n}\n}\n',
        UNCLOSED + b"},\n" + b'"tag":\n["planning"]}\n',
        ASKING + b'\n{"id": "1"}\n}\n',
        LISTING[:-1] + b'],\n{"id": "1"}\n]\n}\n',
    ],
)
def test_a_document_of_several_lines_over_the_limit_is_one_refusal(content: bytes) -> None:
    assert answers(content, document=500) == ["too_large"]
    assert answers(content + lines(TWO), document=500) == ["too_large", "2"]


def test_a_package_whose_first_line_is_over_the_limit_goes_on_behind_it() -> None:
    first = b'{"releases":[' + b'{"ocid":"1"},' * 100

    whole = first + b'\n{"ocid":"2"},\n{"ocid":"3"}\n]}\n'
    cut = first + b'{"ocid":"4","title":"cut he\n' + lines(TWO)

    assert answers(whole, document=500) == ["1"] * 100 + ["2", "3"]
    assert answers(cut, document=500) == ["1"] * 100 + ["truncated", "2"]
    refusal = list(read(io.BytesIO(cut), Limits(document=500)))[100]
    assert isinstance(refusal, Refusal)
    assert refusal.raw == b'{"ocid":"4","title":"cut he'


class Stream(io.BytesIO):
    """A file that is made up while it is read."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        super().__init__()
        self.chunks = chunks

    def read(self, _size: int | None = -1, /) -> bytes:
        return next(self.chunks, b"")


def hundred_megabytes() -> Iterator[bytes]:
    yield b'{"ocid":"large","text":"'
    for _ in range(1600):
        yield b"x" * 65536
    yield b'"}\n{"ocid":"2"}\n'


def hundred_megabytes_that_never_close() -> Iterator[bytes]:
    yield b'{"ocid":"large","text":"'
    for _ in range(1600):
        yield b"x" * 65536
    yield b'\n{"ocid":"2"}\n'


def hundred_megabyte_package() -> Iterator[bytes]:
    element = b'{"ocid":"1","text":"' + b"x" * 60_000 + b'"}'
    yield b'{"releases":[' + element
    for _ in range(1700):
        yield b"," + element
    yield b"]}"


@pytest.mark.parametrize("chunks", [hundred_megabytes, hundred_megabytes_that_never_close])
def test_a_hundred_megabyte_release_is_refused_within_the_memory_of_one_document(
    chunks: Callable[[], Iterator[bytes]],
) -> None:
    limits = Limits(document=4 * 1024**2)
    tracemalloc.start()

    found = list(read(Stream(chunks()), limits))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert isinstance(found[0], Refusal)
    assert (found[0].code, found[0].size > 100_000_000, len(found[0].raw)) == (
        "too_large",
        True,
        1024 * 1024,
    )
    assert isinstance(found[1], Document)
    assert peak < 16 * 1024**2


@pytest.mark.thorough
def test_a_hundred_megabyte_package_is_read_release_by_release() -> None:
    limits = Limits(document=1024**2)
    tracemalloc.start()

    stream = Stream(hundred_megabyte_package())
    count = sum(isinstance(entry, Document) for entry in read(stream, limits))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert count == 1701
    assert peak < 8 * 1024**2


def test_a_bomb_is_left_after_what_came_before_it() -> None:
    content = gzip.compress(lines(ONE) + b" " * 50_000_000)
    bound = Bound(ratio=100, free=1_000_000)

    assert answers(content, bound=bound) == ["1", "bomb"]
    assert answers(gzip.compress(lines(ONE) * 100), bound=Bound(total=500, free=100)) == ["bomb"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (gzip.compress(lines(ONE, TWO), mtime=0)[:-9], ["1", "2", "gzip_broken"]),
        (
            gzip.compress(lines(ONE), mtime=0) + gzip.compress(lines(TWO), mtime=0) + b"\0" * 99,
            ["1", "2"],
        ),
        (gzip.compress(lines(ONE), mtime=0) + b"garbage", ["1", "gzip_broken"]),
        (gzip.compress(gzip.compress(lines(ONE), mtime=0), mtime=0), ["compressed_twice"]),
        (b"PK\x03\x04" + b"x" * 50, ["compression_unknown"]),
        (b"BZh9", ["compression_unknown"]),
        ("﻿{}".encode("utf-16"), ["not_utf8"]),
    ],
)
def test_a_damaged_or_foreign_file_says_what_is_wrong(content: bytes, expected: list[str]) -> None:
    assert answers(content) == expected
