"""Pages for people beside the JSON interface; they work without scripts, better with them."""
