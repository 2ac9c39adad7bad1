"""Keeping in step with the portal: what is asked when, what is kept, and what that changes."""
