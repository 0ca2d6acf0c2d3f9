"""Pages of the dashboards by e-mail: who subscribed to what, the pages drawn, the messages. Off without a list."""
