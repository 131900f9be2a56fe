# `make demo` and `make test` do all the set-up themselves and are safe to run again.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python

.PHONY: help demo test check slow lint benchmark bench-tadgan clean

help: ## Show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

demo: $(VENV)/installed ## Train briefly on the bundled sample, generate, draw
	$(RUN) gan_train.py --preset best --train_step 3000 --report none
	$(RUN) gan_generator.py --report

test: $(VENV)/installed-tests ## Run the fast tests, one file on each core
	$(RUN) -m pytest --numprocesses auto --dist loadfile

check: $(VENV)/installed-tests ## Run the fast tests and those of whole trainings, minutes
	$(RUN) -m pytest --numprocesses auto --dist loadfile -m "not slow"

slow: $(VENV)/installed-tests ## Run every test, hours
	$(RUN) -m pytest -m "slow or not slow"

lint: $(VENV)/installed-tests ## Check format, style, walls between rooms, types
	$(RUN) -m ruff format --check .
	$(RUN) -m ruff check .
	$(VENV)/bin/lint-imports
	$(RUN) -m mypy

benchmark: $(VENV)/installed ## Time the training steps beside peers, written into docs/measurements.md
	$(RUN) -m tests.benchmarks.speed

bench-tadgan: $(VENV)/installed ## Hold TadGAN against NAB and planted faults, hours; goes on where it stopped
	$(RUN) -m pip install --quiet --disable-pip-version-check --no-deps -r tests/benchmarks/requirements.txt
	$(RUN) -m tests.benchmarks.tadgan nab benchmark_results/tadgan --trainings short
	$(RUN) -m tests.benchmarks.tadgan faults benchmark_results/tadgan
	$(RUN) -m tests.benchmarks.fault_peer benchmark_results/tadgan
	$(RUN) -m tests.benchmarks.tadgan nab benchmark_results/tadgan

clean: ## Remove the environment
	rm -rf $(VENV)

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: requirements.txt | $(VENV)/bin/python
	$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/installed-tests: tests/requirements.txt $(VENV)/installed
	$(RUN) -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	touch $@
