"""Pages in ``STATE/reports`` for whoever looks after the warehouse."""
