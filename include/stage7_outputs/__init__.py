"""Stage 7: everything that takes figures from the marts and writes files or messages: a package for each output."""
