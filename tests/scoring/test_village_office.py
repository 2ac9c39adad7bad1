"""A buyer that is an office of a village akim is known by its name: other limits hold for it."""

from pathlib import Path

import pytest

from scoring.facts import Facts
from tests.scoring.invented import Json, load


def told(folder: Path, party: Json, role: str = "buyer") -> bool | None:
    release: Json = {"ocid": "one", "parties": [{"id": "B1", "roles": [role]} | party]}
    facts = Facts.open(":memory:", threads=1)
    try:
        load(facts, folder, [release])
        row = facts.connection.execute("SELECT village_office FROM participant").fetchone()
        assert row is not None
        found: bool | None = row[0]
        return found
    finally:
        facts.close()


@pytest.mark.parametrize(
    "name",
    [
        "Аппарат акима Берёзовского сельского округа Лесного района",
        'ГУ "Аппарат акима поселка Степной"',
        'Коммунальное государственное учреждение "Аппарат акима села Озёрное"',
        "Аппарат акима города Заречный Лесного района",
        "Лесной ауданының Қайыңды ауылдық округі әкімінің аппараты",
        "«Жаңа дала кенті әкімінің аппараты» коммуналдық мемлекеттік мекемесі",
    ],
)
def test_an_office_below_the_district(name: str, tmp_path: Path) -> None:
    assert told(tmp_path, {"name": name}) is True


@pytest.mark.parametrize(
    "name",
    [
        "Аппарат акима Новосельского района",
        "Аппарат акима Южного района города Заречный",
        'Школа при аппарате акима села "Озёрное"',
        "Отдел образования Лесного района",
        "Лесной ауданы әкімінің аппараты",
    ],
)
def test_another_buyer(name: str, tmp_path: Path) -> None:
    assert told(tmp_path, {"name": name}) is False


def test_the_kazakh_name_alone_will_do(tmp_path: Path) -> None:
    party = {"name": "B1", "name_kk": "Қайыңды ауылы әкімінің аппараты"}

    assert told(tmp_path, party) is True


def test_of_a_nameless_buyer_and_of_others_nothing_is_said(tmp_path: Path) -> None:
    assert told(tmp_path, {}) is None
    assert told(tmp_path, {"name": "Аппарат акима села Озёрное"}, role="tenderer") is None
