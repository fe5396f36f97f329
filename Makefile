# Two commands, each enough on a machine that has only Python and make:
#   make site   install, run every stale demo, build site/
#   make test   install, pass every test
# On Linux elsewhere plain torch draws several GB of CUDA libraries. For the CPU build, name
# PyTorch's CPU wheel index:  make site TORCH_INDEX=...   (see README)

PYTHON ?= python3
TORCH_INDEX ?=
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check \
       --constraint constraints.txt $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX))

.PHONY: site install test lint clean bench

site: $(VENV)/.site
	$(BIN)/frames build

install: $(VENV)/.dev

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/frames check
	$(BIN)/zizmor --offline --quiet .github

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.site: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) --editable .
	touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) --editable '.[dev]'
	touch $@ $(VENV)/.site

clean:
	rm -rf build site .cache .mypy_cache .ruff_cache .pytest_cache

# Compare with other builders, on a quiet machine: see benchmarks/README.md.
bench: $(VENV)/.dev
	test -d .venv-bench || $(PYTHON) -m venv .venv-bench
	echo "$(abspath $(VENV))/lib/python$$($(BIN)/python -c 'import sys; print("%d.%d" % sys.version_info[:2])')/site-packages" \
	  > "$$(.venv-bench/bin/python -c 'import site; print(site.getsitepackages()[0])')/shared.pth"
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check \
	  papermill nbmake pytest-xdist jupyter-cache sphinx-gallery joblib 'jupyter-book<2'
	$(BIN)/python benchmarks/compare.py
	$(BIN)/python benchmarks/scale.py
