"""One file is one kind of violation."""
