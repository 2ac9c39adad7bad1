"""Evaluates the indicator catalogue, explains, scores, raises alerts."""
