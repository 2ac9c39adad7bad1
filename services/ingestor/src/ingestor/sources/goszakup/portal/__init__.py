"""Talking to the portal: politely, patiently, and believing only whole answers."""
