"""The studio: for those who run the service, behind an admin key."""
