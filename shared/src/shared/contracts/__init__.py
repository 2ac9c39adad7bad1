"""What crosses a service border, and nothing else: one module per feed."""
