"""The command line: parse, wire, call, print."""

from matinee.cli.app import main

__all__ = ["main"]
