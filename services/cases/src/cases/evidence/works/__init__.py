"""Checklists of field checks, one file for each kind of work."""
