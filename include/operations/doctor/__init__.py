"""Is everything well? A module for each thing a night depends on; `examination` is all of it, `at_night` a glance."""
