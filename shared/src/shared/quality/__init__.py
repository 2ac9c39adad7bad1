"""Doubts about the data themselves, told apart from signs of risk: pure checks of one release."""

from shared.quality.checks import Check, check
from shared.quality.reasons import REASONS

__all__ = ["REASONS", "Check", "check"]
