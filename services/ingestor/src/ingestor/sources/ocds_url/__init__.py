"""OCDS documents fetched from an address that somebody names."""
