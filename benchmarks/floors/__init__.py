"""The least that a part of the night can cost: the same work with nothing around it."""
