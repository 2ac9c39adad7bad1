"""`scoring indicator`: wrong words are refused with their reason before anything is touched."""

import asyncio

import pytest

from scoring.__main__ import main
from tests.scoring.office import NO_REDIS
from tests.support.feeds import KEY

NOWHERE = "postgresql://nobody@127.0.0.1:1/none"
"""A database that is not there: whoever asks it fails otherwise than by wrong usage."""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "the following arguments are required: action"),
        (["forgive"], "invalid choice: 'forgive'"),
        (["lift"], "the following arguments are required: code, --reason"),
        (["lift", "R018"], "the following arguments are required: --reason"),
        (["lift", "R018", "--reason", " "], "argument --reason: say why, in one line of words"),
        (["lift", "R018", "--reason", "a\nb"], "argument --reason: say why, in one line of words"),
        (["lift", "R018", "R024", "--reason", "why"], "unrecognized arguments: R024"),
        (["retract", "X-999", "--reason", "why"], "argument code: there is no indicator 'X-999'"),
        (["retract", "r018", "--reason", "why"], "argument code: there is no indicator 'r018'"),
        (["retract", "R018", "--reason", ""], "argument --reason: say why, in one line of words"),
        (["list", "R018"], "unrecognized arguments: R018"),
        (["list", "--reason", "why"], "unrecognized arguments: --reason why"),
    ],
)
def test_wrong_input_is_refused_with_its_reason_and_status_2(
    words: list[str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DATABASE_URL", NOWHERE)

    with pytest.raises(SystemExit) as ended:
        main(["indicator", *words])

    assert ended.value.code == 2
    told = capsys.readouterr()
    assert said in told.err
    assert told.out == ""


async def test_what_is_right_is_done_and_what_there_is_not_to_do_is_said_with_status_1(
    platform_database_urls: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DATABASE_URL", platform_database_urls["scoring"])
    monkeypatch.setenv("REDIS_URL", NO_REDIS)
    monkeypatch.setenv("INTERNAL_KEY", KEY.get_secret_value())

    async def status(*words: str) -> object:
        with pytest.raises(SystemExit) as ended:
            await asyncio.to_thread(main, ["indicator", *words])
        return ended.value.code

    assert await status("lift", "R018", "--reason", "counted twice") == 1
    assert "R018 is not held back for its share of flags" in capsys.readouterr().err
    assert await status("retract", "R018", "--reason", " the form was changed ") == 0
    assert capsys.readouterr().out == "0 findings closed\n"
    assert await status("list") == 0
    assert capsys.readouterr().out.endswith(": the form was changed\n")
