"""Stage 4: every row of the night against every rule, and what follows for each submission."""
