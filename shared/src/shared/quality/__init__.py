"""Doubts about the data themselves, told apart from signs of risk: pure checks of one release."""

from shared.quality.checks import Check, check

__all__ = ["Check", "check"]
