"""The portal for developers and everybody else: pages that need no script and nothing from afar."""
