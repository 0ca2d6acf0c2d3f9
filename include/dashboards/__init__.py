"""What dashboards show, from one definition: measures and dimensions as data, and what is written from them."""
