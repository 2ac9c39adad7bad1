"""An organisation leaves: what was its own is given to another, held back for a court, deleted."""
