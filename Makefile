# Every target makes the environment it needs in .venv, from the locked requirements.

VENV := .venv
export PYTHON
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
UV := $(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --no-build -p 3.11 -q

.DEFAULT_GOAL := help
.PHONY: help neural demo test check format bench bench-peers bench-serve docs starter lock clean

help:             ## what there is
	@grep -hE '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /make \1|/' | column -t -s '|'

demo: $(VENV)/core.stamp  ## the whole path on the built-in simulated data (ONCE=1: never stay running)
	@$(BIN)/matinee demo $(if $(ONCE),--once,)

test: $(VENV)/dev.stamp   ## every test (ARGS="-n 0 tests/page": these, in one process)
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile $(ARGS)

neural: $(VENV)/core.stamp ## PyTorch for the autoencoder (TORCH=torch==2.13.0+cpu: without CUDA's libraries)
	$(PIP) install -q $(or $(TORCH),--no-build-isolation -e ".[neural]")

check: $(VENV)/dev.stamp  ## format, lint, types, layers, known vulnerabilities
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/audit_dependencies.py

format: $(VENV)/dev.stamp ## write the format that check asks for
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/dev.stamp  ## speed and memory beside other libraries (ARGS="--only top")
	$(BIN)/python benchmarks/run.py $(ARGS)

bench-peers: $(VENV)/dev.stamp  ## accuracy, time and memory beside other libraries; writes docs/peers.md
	$(BIN)/python benchmarks/peers.py $(ARGS)

bench-serve: $(VENV)/dev.stamp  ## the live service under load, beside its targets (ARGS="--short")
	$(BIN)/python benchmarks/serve.py $(ARGS)

docs: $(VENV)/dev.stamp   ## renew the generated pages and the notebook of docs/
	MATINEE_WRITE_DOCS=1 $(BIN)/python -m pytest -q tests/docs

starter: $(VENV)/core.stamp ## renew the simulated starter data
	$(BIN)/python -m matinee.simulation

lock: $(VENV)/dev.stamp   ## renew requirements/ from pyproject.toml
	$(PIP) install -q uv
	$(UV) pyproject.toml --group build -o requirements/core.txt --upgrade
	$(UV) pyproject.toml --group build --extra postgres --extra s3 -o requirements/service.txt --upgrade
	$(UV) pyproject.toml --group build --group test --group check -c requirements/core.txt -o requirements/dev.txt --upgrade

clean:            ## remove the environment and the caches
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

$(VENV)/core.stamp: requirements/core.txt pyproject.toml
	@sh scripts/make_environment.sh $(VENV)
	$(PIP) install -q --require-hashes --only-binary :all: -r requirements/core.txt
	$(PIP) install -q --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(VENV)/core.stamp
	$(PIP) install -q --require-hashes --only-binary :all: -r requirements/dev.txt
	@touch $@
