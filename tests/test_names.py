"""What `import matinee` offers stays what it is, whatever else was imported."""

import importlib
import pkgutil

import pytest

import matinee


@pytest.mark.parametrize("name", matinee.__all__)
def test_a_function_is_not_hidden_by_a_module_of_its_name(name: str):
    for module in pkgutil.iter_modules(matinee.__path__):
        if module.name != "__main__":
            importlib.import_module(f"matinee.{module.name}")
    assert callable(getattr(matinee, name))
    assert callable(getattr(matinee, name))
