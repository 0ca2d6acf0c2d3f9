"""One suite module a sheet: which rows break which rule, as Great Expectations judges them in the database."""
