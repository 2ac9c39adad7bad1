"""Complaints: from a draft to an answer that was assessed, and the side of whom they go to."""
