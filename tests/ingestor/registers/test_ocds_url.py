import gzip
import ssl
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import pytest

from ingestor.sources.ocds_url.addresses import Refused, chosen, is_open, target
from ingestor.sources.ocds_url.document import is_address, name_of
from ingestor.sources.ocds_url.fetch import Fetcher, resolved
from tests.ingestor.registers.standin import HOST, ok, onward, publisher


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "0.0.0.0", "224.0.0.1", "255.255.255.255", "198.18.0.1", "::1", "::", "fe80::1",
        "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "fec0::1", "::ffff:127.0.0.1",
        "::ffff:169.254.169.254", "::127.0.0.1", "::ffff:0:10.0.0.1", "64:ff9b::10.0.0.1",
        "64:ff9b::7f00:1", "64:ff9b:1::8.8.8.8", "2002:7f00:1::1", "2002:a00:1::1",
        "2001:0:4136:e378:8000:63bf:f5ff:fffe", "2001:db8::1", "100::1", "localhost", "",
    ],
)  # fmt: skip
@pytest.mark.check("U11", tier=1, limit="0 calls")
def test_no_private_address_is_asked_however_it_is_spelled(address: str) -> None:
    assert not is_open(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2606:4700::1111", "64:ff9b::8.8.8.8", "::ffff:8.8.8.8"]
)
def test_the_open_internet_is_asked(address: str) -> None:
    assert is_open(address)


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "0177.0.0.1", "localhost"])
async def test_a_spelling_that_the_system_understands_is_judged_by_what_it_means(host: str) -> None:
    with pytest.raises(Refused, match=r"open Internet|not known"):
        chosen(host, await resolved(host, 443))


@pytest.mark.parametrize(
    "url",
    ["http://a.kz/x", "ftp://a.kz", "https://u:p@a.kz/", "https:///x", "https://a.kz:x/",
     "https://a.kz\\@b.kz/", "https://a .kz/", "file:///etc/passwd", "https://[fe80::1%25eth0]/"],
)  # fmt: skip
def test_only_plain_https_addresses_are_asked(url: str) -> None:
    with pytest.raises(Refused):
        target(url)


def test_one_private_address_among_public_ones_is_refused() -> None:
    with pytest.raises(Refused):
        chosen("a.kz", ["8.8.8.8", "10.0.0.1"])


def fetcher(pem: Path, names: dict[str, str], **limits: float) -> Fetcher:
    """Make a fetcher that knows the publisher beside us by name, and judges all else as ever."""

    async def resolve(host: str, port: int) -> Sequence[str]:
        return [names.get(host, host)]

    def choose(host: str, found: Sequence[str]) -> str:
        return "127.0.0.1" if list(found) == ["127.0.0.1"] else chosen(host, found)

    context = ssl.create_default_context(cafile=str(pem))
    return Fetcher(resolve, choose, context, **limits)  # type: ignore[arg-type] # limits are numbers


async def test_a_document_is_fetched_from_the_address_that_was_judged(tmp_path: Path) -> None:
    body = gzip.compress(b'{"ocid": "ocds-x-1"}')
    answers = {"/a?b=1": onward("/c"), "/c": ok(body)}
    async with publisher(tmp_path, answers) as (port, pem):
        into = BytesIO()
        came = await fetcher(pem, {HOST: "127.0.0.1"}).fetch(f"https://{HOST}:{port}/a?b=1", into)

    assert into.getvalue() == body
    assert came == f"https://{HOST}:{port}/c"


async def test_redirects_are_judged_again_and_end(tmp_path: Path) -> None:
    names = {HOST: "127.0.0.1", "inside.example": "10.0.0.1"}
    answers = {
        "/private": onward("https://inside.example/"),
        "/literal": onward("https://169.254.169.254/latest"),
        "/plain": onward(f"http://{HOST}/"),
        "/round": onward("/round"),
        "/large": ok(b"x" * 5000),
    }
    async with publisher(tmp_path, answers) as (port, pem):
        reasons = {}
        for path in (*answers, "/absent"):
            asked = fetcher(pem, names, largest=4000)
            with pytest.raises(Refused) as refused:
                await asked.fetch(f"https://{HOST}:{port}{path}", BytesIO())
            reasons[path] = str(refused.value)

    assert "open Internet" in reasons["/private"]
    assert "open Internet" in reasons["/literal"]
    assert "Only https" in reasons["/plain"]
    assert "more than 3 times" in reasons["/round"]
    assert "larger than 4000" in reasons["/large"]
    assert "answers 404" in reasons["/absent"]


async def test_a_certificate_of_another_name_or_authority_is_refused(tmp_path: Path) -> None:
    async with publisher(tmp_path, {"/": ok(b"{}")}) as (port, pem):
        other = fetcher(pem, {"other.example": "127.0.0.1"})
        with pytest.raises(Refused, match="ConnectError"):
            await other.fetch(f"https://other.example:{port}/", BytesIO())


def test_a_document_is_named_by_its_host_without_what_was_asked() -> None:
    assert is_address("HTTPS://a.kz/x")
    assert name_of("https://a.kz/data/2026.jsonl.gz?key=secret") == "a.kz-2026.jsonl.gz"
    assert name_of("/data/x.json") == "x.json"
