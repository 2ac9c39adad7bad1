"""The only door: the published view, keys and limits."""
