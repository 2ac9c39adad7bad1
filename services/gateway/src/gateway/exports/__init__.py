"""Exports: a whole list as a file, made beside the requests and fetched in parts."""
