"""Artefact folders and the workspace."""
