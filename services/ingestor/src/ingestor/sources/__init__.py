"""One folder per kind of source: its declaration, and code only where the kind needs its own."""
