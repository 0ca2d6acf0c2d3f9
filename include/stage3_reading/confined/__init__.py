"""The process in which files are decoded, and the one that asks it (``reader``)."""
