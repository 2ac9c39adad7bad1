"""How well indicators find what was planted in an invented world, and spare what looks like it."""
