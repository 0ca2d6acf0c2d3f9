"""Which sheet and column of the contract a cell belongs to; values and findings put together into a reading."""
