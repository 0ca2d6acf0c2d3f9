"""What the stages stand on: settings, the database, its tables and roles, and the Airflow that runs them."""
