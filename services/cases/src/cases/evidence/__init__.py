"""Evidence: pieces kept by their content, sealed and cleaned, with everybody who touched them."""
