"""From the bytes of sheets to their cells, in one form whatever container they came in (``grid``)."""
