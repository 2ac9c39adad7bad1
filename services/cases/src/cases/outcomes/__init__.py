"""Outcomes, and what all of them add up to."""
