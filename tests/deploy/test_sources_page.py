"""The page of sources says what each gives and never gives, and what that means for indicators."""

from deploy.sources_page import page
from ingestor.sources.goszakup.portal.client import REST_CAP
from ingestor.sources.goszakup.pull.detour import DEEPEST, LISTS


def _section(name: str) -> str:
    return page().split(f"\n## {name}\n")[1].split("\n## ")[0]


def test_a_source_names_what_it_lacks_with_the_indicators_that_need_it() -> None:
    losing = next(line for line in _section("samruk").splitlines() if "losing bids" in line)

    assert "[R018](indicators/R018.md)" in losing
    assert "[K01]" not in losing
    assert "| [samruk](#samruk) | purchases | none is published | daily | 0 |" not in page()


def test_a_register_names_the_indicators_that_read_it_and_the_portal_what_the_law_hides() -> None:
    assert "| [K01](indicators/K01.md) |" in _section("vat_payers")
    assert "SK-Farmacia" in _section("goszakup")
    assert "Article 1, subparagraph 6" in _section("goszakup")


def test_what_the_portal_gives_only_in_part_is_said_as_it_is_read() -> None:
    told = _section("goszakup").split("| given only in part | because |")[1]

    assert "ComplaintAppeal" not in LISTS
    assert "| complaints, where GraphQL does not answer | Only GraphQL gives complaints" in told
    assert f"at most {DEEPEST} pages of {REST_CAP} records" in told


def test_a_list_of_ones_own_names_its_columns_in_three_languages_and_what_they_hold() -> None:
    rows = _section("register_file").splitlines()

    whom = "| `sanctions` | **whom it is about** | `bin`, `бин`, `бсн`,"
    assert any(row.startswith(whom) and row.endswith("| BIN |") for row in rows)
    norm = "| `unit_cost_norms` | **amount** | `amount`, `сумма`, `норматив`, `сома` | amount |"
    assert norm in rows


def test_every_check_of_the_data_stands_on_the_page_with_its_reason() -> None:
    rows = [line for line in _section("Checks of the data").splitlines() if line.startswith("| `")]

    assert len(rows) == 6
    assert (
        "| `dates_in_order` | Dates are out of order: an end stands before its beginning. |" in rows
    )
