"""The live service: JSON over HTTP around the store and the page. It parses, calls, renders."""
