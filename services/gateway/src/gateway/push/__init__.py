"""Events sent to whoever asked: endpoints, signed deliveries, the process that sends them."""
