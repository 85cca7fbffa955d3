"""HTML reports of what explore and evaluation found."""
