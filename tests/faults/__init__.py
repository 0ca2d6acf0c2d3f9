"""What goes wrong at night: each fault's figures are those of a night that nothing disturbed."""
