"""Dossiers: what is known of a purchase or an alert, with its sources, as one signed file."""
