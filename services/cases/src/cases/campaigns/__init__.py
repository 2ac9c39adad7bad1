"""Campaigns: a goal, a list, a letter, and what it came to."""
