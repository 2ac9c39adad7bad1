"""The clients that other people's programs use, made once."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.sdk.make import make_python


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of the Python client, which can be imported."""
    folder = tmp_path_factory.mktemp("sdk") / "python"
    make_python(folder)
    sys.path.insert(0, str(folder))
    yield folder
    sys.path.remove(str(folder))
