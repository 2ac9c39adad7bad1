"""The public interface: one module per kind of resource, each a table of contents."""
