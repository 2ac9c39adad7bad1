# Qadaga: `make up` runs it, `make test` tries it, `make` lists the rest.
# Needs Python 3.11 to 3.13 (with venv) and make; everything else is installed into .venv.

PYTHON ?= python3
BIN := .venv/bin
WORKERS ?= 2
SEED ?= 1
SIZE ?= 3000

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev setup-tools sbom audit up down load backup restore test test-rest test-full harness check bench quality containers second-engine fmt docs sdk lock clean

help:  ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup:  ## make .venv with what running needs
	@$(PYTHON) deploy/setup.py

setup-dev:  ## and with what testing and checking need
	@$(PYTHON) deploy/setup.py --dev

setup-tools:  ## and, apart from ours, the tools that look at code and parts
	@$(PYTHON) deploy/setup.py --tools

up: setup  ## run everything until Ctrl-C (QADAGA_PORT=8000, QADAGA_DATA=.qadaga)
	@exec $(BIN)/python -m deploy.local up

down: setup  ## end what `make up` runs
	@$(BIN)/python -m deploy.local down

load: setup  ## load releases into the running platform: make load FILE="a.jsonl b.json.gz"
	@test -n "$(FILE)" || { echo 'usage: make load FILE="a.jsonl b.json.gz"' >&2; exit 2; }
	@$(BIN)/python -m deploy.local exec ingestor load $(FILE)

backup: setup  ## back up what runs: make backup DEST=/a/place SECRETS=/another [SEAL=backup.pub]
	@test -n "$(DEST)" || { echo 'usage: make backup DEST=/a/place SECRETS=/another/place' >&2; exit 2; }
	@$(BIN)/python -m deploy.backup take --into "$(DEST)" $(if $(SECRETS),--secrets "$(SECRETS)") $(if $(SEAL),--seal-for "$(SEAL)")

restore: setup  ## fill an empty data folder: make restore FROM=/a/place/qadaga-… SECRETS=/another/… [KEY=backup.key]
	@test -n "$(FROM)" || { echo 'usage: make restore FROM=/a/place/qadaga-… SECRETS=/another/place/qadaga-…' >&2; exit 2; }
	@$(BIN)/python -m deploy.backup restore "$(FROM)" $(if $(SECRETS),--secrets "$(SECRETS)") $(if $(KEY),--open-with "$(KEY)")

test test-rest test-full harness: export PYTHONDONTWRITEBYTECODE :=  # each of their hundred processes would compile anew

test: setup-dev  ## the tests of the main path; they need nothing but this folder
	$(BIN)/pytest -n $(WORKERS) -m "not thorough and not extra and not long" $(TESTS)

test-rest: setup-dev  ## those left out there: what takes its time, or needs a browser, a proxy, promtool or node
	$(BIN)/pytest -n $(WORKERS) -m "(thorough or extra) and not long" $(TESTS)

test-full: setup-dev  ## both; what takes minutes each is left to `make harness`
	$(BIN)/pytest -n $(WORKERS) -m "not long" $(TESTS)

harness: setup-dev  ## break things on purpose: one line per check (TIER=1, 2 or 3, SEED=1, CHECKS="F2 W9")
	@$(BIN)/python -m tests.harness $(if $(TIER),--tier $(TIER)) --seed $(SEED) $(CHECKS)

check: setup-tools  ## format, lint, types, borders, and that nothing generated is stale
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy --no-error-summary
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m deploy.docs --check
	$(BIN)/python -m deploy.check
	$(BIN)/python -m deploy.manifests
	$(BIN)/python -m deploy.supply

sbom: setup-tools  ## the parts of each image as CycloneDX, into build/sbom
	@$(BIN)/python -m deploy.supply sbom

audit: setup-tools  ## has a locked version a published weakness (needs the network; 3: not all could be asked)
	@$(BIN)/python -m deploy.supply audit

bench: setup-dev  ## speed and memory, each against a reference measured in the same run
	$(BIN)/python -m deploy.bench

quality: setup-dev  ## recall and precision of every indicator on an invented world (SEED=1 SIZE=3000)
	@$(BIN)/python -m deploy.quality --seed $(SEED) --size $(SIZE)

containers: setup-dev  ## the images and docker-compose.yml tried by podman, without Docker (needs root)
	@$(BIN)/python -m deploy.containers

second-engine:  ## the indicators' queries on ClickHouse as well: the same findings?
	@$(PYTHON) deploy/setup.py --second-engine
	@$(BIN)/python -m deploy.second_engine

fmt: setup-dev  ## format and mend what can be mended
	$(BIN)/ruff format --quiet .
	$(BIN)/ruff check --fix --quiet .

docs: setup-dev  ## write the generated pages and .env.example anew
	$(BIN)/python -m deploy.environment
	$(BIN)/python -m deploy.docs
	$(BIN)/python -m deploy.supply licences

sdk: setup-dev  ## make the clients for Python and TypeScript from docs/openapi.json into build/sdk
	@$(BIN)/python -m deploy.sdk

lock: setup-dev  ## resolve the dependencies anew (needs the package index)
	$(BIN)/python -m deploy.lock

clean:  ## remove what was made, except data
	rm -rf .venv .ruff_cache .mypy_cache .pytest_cache .hypothesis .import_linter_cache build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
