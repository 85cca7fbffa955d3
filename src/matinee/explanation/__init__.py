"""Why a film was recommended: contributions and reasons."""
