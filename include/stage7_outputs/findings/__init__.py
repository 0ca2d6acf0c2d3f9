"""A delivery's findings in its reader's words: facts, sentences, groups, verdict."""
