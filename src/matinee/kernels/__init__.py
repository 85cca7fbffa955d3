"""Numba loops on arrays, each beside its NumPy reference."""
