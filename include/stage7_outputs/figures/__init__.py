"""Figures for those who ask on the terminal: the headline, the trail of one, what a rule does to them."""
