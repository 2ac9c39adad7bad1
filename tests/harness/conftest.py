"""One running platform for all that is tried on it."""

from collections.abc import AsyncIterator

import pytest

from tests.harness.scene import Scene, opened_scene

COUNT = 300
"""Purchases that it has before anything happens."""


@pytest.fixture(scope="session")
async def scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    """The platform, which each test leaves able to work."""
    async with opened_scene(tmp_path_factory.mktemp("scene"), COUNT) as found:
        yield found
