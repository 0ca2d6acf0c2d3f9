"""What an operator does around the nights: back up, restore, rebuild, erase, tidy, tell."""
