"""Films and histories as feature arrays with names."""
