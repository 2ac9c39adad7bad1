"""What tests are made of is never garbage, and a tenth of their time went into looking at it."""

import gc

import pytest


def pytest_configure() -> None:
    """Look for none while tests are collected: all that is made then stays."""
    gc.disable()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Look from now on at what comes to be alone."""
    gc.freeze()
    gc.enable()
