"""The Python client of Qadaga; `qadaga_client.client.Client` is where to begin."""
