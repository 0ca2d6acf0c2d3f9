"""What a cell says: each column's cells as values of its type, and the rule that each unreadable one breaks."""
