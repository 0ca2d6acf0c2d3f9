"""How people write texts, numbers, dates and labels: read in one way, whoever wrote them, partner or office."""
