"""The event log: what happened, in streams without gaps, for whoever must not miss anything."""
