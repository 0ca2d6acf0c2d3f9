"""The same work as other tools do it."""
