# Everything a newcomer types. `make run` and `make test` need Python 3.11+, pip and make, nothing else.
PYTHON ?= python3
UV := UV_PYTHON_DOWNLOADS=never UV_NO_CONFIG=1 .tools/bin/uv
BIN := .venv/bin

.PHONY: run test check format map lock clean update-transcripts screenshots bench crash
.DEFAULT_GOAL := run

run: .venv/ready
	@exec $(BIN)/python -m sandbox up

test: .venv/ready
	$(BIN)/python -m pytest

check: .venv/ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/mypy
	$(BIN)/python -m pytest tests/architecture/test_requirements.py

format: .venv/ready
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix-only .

map: .venv/ready
	$(BIN)/python -m bot map build/map

update-transcripts: .venv/ready
	$(BIN)/python -m pytest tests/transcripts --update-transcripts

screenshots: .venv/ready
	$(BIN)/python -m tests.browser.screenshots

bench: .venv/ready
	$(BIN)/python -m tests.benchmarks

crash: .venv/ready
	$(BIN)/python -m tests.crash

lock: .tools/bin/uv
	$(UV) pip compile -q pyproject.toml --group dev --universal --python-version 3.11 \
	    --generate-hashes --no-emit-index-url --no-header --upgrade -o requirements.lock

clean:
	rm -rf .venv .tools build

.tools/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	@$(PYTHON) -m pip install -q --disable-pip-version-check --root-user-action=ignore --target .tools uv

.venv/ready: requirements.lock | .tools/bin/uv
	@$(UV) venv -q --allow-existing --python $(PYTHON) .venv
	@$(UV) pip sync -q --compile-bytecode --python $(BIN)/python requirements.lock
	@touch $@
