"""The procurement portal's open data, imitated over a simulated world.

REST and GraphQL answer in the portal's shapes and with its quirks: newest first, relative addresses
of the next page, a hard cap, mixed types, naive times. Faults come on demand and the clock can be
moved, both by `/sandbox/...` addresses, which the portal itself does not have. `app.Server` is the
door; `python -m deploy.sandbox serve` runs it.
"""
