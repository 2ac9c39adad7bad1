from collections.abc import Iterator

import pytest

from tests.ingestor.office import Office
from tests.ingestor.registers.house import House, house_of


@pytest.fixture
def house(office: Office) -> Iterator[House]:
    with house_of(office) as lent:
        yield lent
