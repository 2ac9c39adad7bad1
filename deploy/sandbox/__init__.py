"""Invented purchases: seeded, plausible, and belonging to nobody.

`generate.releases` is the door. The demo, the benchmarks and the tests read it; it knows nothing
of how purchases are scored, so that a score can never be right because both sides share a mistake.
"""
