"""matinee: a movie recommender, measured and explained."""
