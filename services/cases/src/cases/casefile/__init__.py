"""Cases: what an organisation works on, with whom it shares it, and all that was done."""
