"""Versions: what is unchanged is not sent again, what was changed meanwhile is not overwritten."""

import pytest

from shared.errors import PreconditionRequired, VersionConflict
from shared.preconditions import etag, is_known, require_match


def test_a_tag_names_the_revision_and_what_else_the_bytes_depend_on() -> None:
    assert etag(8) == '"8"'
    assert etag(8, "kk") == '"8-kk"'


@pytest.mark.parametrize("header", ['"8"', 'W/"8"', '"7", "8"', '"7","8"', "*", ' "7" , W/"8"'])
def test_a_caller_who_has_the_present_version_is_told_so(header: str) -> None:
    assert is_known(header, '"8"')


@pytest.mark.parametrize("header", [None, "", '"7"', "8", '"8', '"88"', '"8-kk"', "W/8", "garbage"])
def test_a_caller_who_has_another_version_or_none_gets_the_present(header: str | None) -> None:
    assert not is_known(header, '"8"')


@pytest.mark.parametrize("header", ['"8"', '"7", "8"', "*"])
def test_a_change_made_on_the_present_version_passes(header: str) -> None:
    require_match(header, '"8"')


@pytest.mark.parametrize("header", ['"7"', 'W/"8"', "8", "", '"8-kk"', "garbage"])
def test_a_change_made_on_another_version_is_refused_with_the_present_one(header: str) -> None:
    with pytest.raises(VersionConflict) as refused:
        require_match(header, '"8"')
    assert refused.value.headers["ETag"] == '"8"'


def test_a_change_that_names_no_version_is_refused() -> None:
    with pytest.raises(PreconditionRequired):
        require_match(None, '"8"')
