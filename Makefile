# Everything that is built or installed lies under .toolchain/, node_modules/, build/ and .redress/.
# The environments are made from the committed locks, once each.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
PY := .toolchain/venv/bin/python
export PORT NODE_PORT DATA

.PHONY: help demo up clock test test-chains simulation simulate-index faults fuzz-evidence fuzz-api invariants coverage check bench bench-gas \
	bench-index bench-evidence bench-audit bench-api bench-load docs examples screens artifacts \
	environments kubo geth brownie locks wheel sbom sourcify release \
	clean clean-all

help: ## what there is
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "  make %-14s%s\n", $$1, $$2 }'

demo: environments ## play one whole dispute on a local chain, verify it, and end
	@$(PY) -m scripts.stack demo

up: environments ## the same stack, kept running on .redress/ (PORT=8080 NODE_PORT=8545)
	@$(PY) -m scripts.stack up

clock: environments ## move the running stack's chain ahead: make clock HOURS=49
	@$(PY) -m scripts.stack clock $(HOURS)

test: environments ## every test, each on servers of its own
	@$(PY) -m scripts.checks test

test-chains: environments ## the tests that talk to a chain, on other clients than anvil (CHAINS="edr geth")
	@$(PY) -m scripts.checks test-chains $(CHAINS)

simulation: environments ## the simulations of docs/trust.md with forty times the cases
	@SIMULATION_LONGER=40 $(PY) -m pytest -q tests/simulation

simulate-index: environments ## the indexer among liars, reorgs and restarts (SEEDS=1000, FIRST=200)
	@$(PY) -m scripts.simulate_index $(or $(SEEDS),1000) --first $(or $(FIRST),200)

faults: environments ## every process killed under load, then the other faults, into build/faults.json (SECONDS=600 SEED=9)
	@$(PY) -m scripts.faults --seconds $(or $(SECONDS),600) $(if $(SEED),--seed $(SEED)) $(foreach one,$(ONLY),--only $(one))

fuzz-evidence: environments ## any bytes for the decoders of evidence/, for long (SECONDS=600)
	@$(PY) -m tests.fuzz --seconds $(or $(SECONDS),60)

fuzz-api: environments ## the API against its own description, for long (SECONDS=600, SEED=1)
	@$(PY) -m tests.asking --seconds $(or $(SECONDS),600) --seed $(or $(SEED),1)

invariants: environments ## people at random over all contracts: more than a million calls (RUNS=1300 a campaign)
	@$(PY) -m scripts.toolchain.forge invariants $(RUNS)

coverage: environments ## the lines and branches of contracts/ that forge's tests reach
	@$(PY) -m scripts.toolchain.forge coverage

check: environments ## format, lint, types, import directions, known vulnerabilities
	@$(PY) -m scripts.checks check

bench: environments ## every measurement, beside its target, into build/bench/
	@$(PY) -m scripts.benches

bench-gas: environments ## the gas of a whole dispute, beside others (PIN=1: pin it for the test)
	@$(PY) -m scripts.benches.gas $(if $(PIN),--pin)

bench-index: environments ## events a second from the chain into the index (BLOCKS=2500)
	@$(PY) -m scripts.benches.index $(if $(BLOCKS),--blocks $(BLOCKS))

bench-evidence: environments ## MB/s of import, check, CAR and seal, beside SHA-256, Kubo and npm's importer
	@$(PY) -m scripts.benches.evidence

bench-audit: environments ## prove and verify: per event and a whole history, beside trie and @ethereumjs/mpt (CASES=2400)
	@$(PY) -m scripts.benches.audit $(if $(CASES),--cases $(CASES))

bench-api: environments ## case, list, 304 and stream of the API over 100 000 complaints, beside bare FastAPI (COPIES=20000)
	@$(PY) -m scripts.benches.api $(if $(COPIES),--copies $(COPIES))

bench-load: environments ## what a complaint costs among ten thousand and among a million: index, room, answers (COMPLAINTS=30000)
	@$(PY) -m scripts.benches.scale $(if $(COMPLAINTS),--complaints $(COMPLAINTS))

docs: environments ## write docs/events.md and docs/errors.md from the contracts
	@$(PY) -m scripts.reference

examples: environments ## write the examples of the API's description from a played scene
	@$(PY) -m tests.examples

screens: environments ## every page in every language, small and large, light and dark, with axe's word: build/screens/
	@REDRESS_REQUIRE_BROWSER=1 $(PY) -m tests.screens $(ONLY)

artifacts: environments ## compile what differs and write dapp/chain/artifacts
	@$(PY) -m scripts.toolchain.compile

brownie: environments ## brownie on this project: make brownie ARGS="run deploy --network redress"
	@$(PY) -m scripts.toolchain.brownie $(ARGS)

environments: ## .toolchain/ and node_modules/ from the locks
	@[ -n "$(PYTHON)" ] || { echo "refused: Python 3.11 or later is not installed. Install it." >&2; exit 1; }
	@$(PYTHON) -m scripts.toolchain.environments

kubo: environments ## build Kubo with Go, unless ipfs is on PATH
	@$(PY) -m scripts.toolchain.kubo

geth: environments ## build geth with Go, unless it is on PATH
	@$(PY) -m scripts.toolchain.geth

locks: environments ## resolve pyproject.toml and package.json anew
	@$(PY) -m scripts.toolchain.locks

wheel: environments ## the wheel of the last commit, the same bytes every time: build/wheel/
	@$(PY) -m scripts.releasing.wheel

sbom: environments ## bills of materials from the locks, CycloneDX: build/sbom/
	@$(PY) -m scripts.releasing.sbom

sourcify: environments ## what Sourcify and Etherscan verify the contracts by: build/sourcify/ (RECOMPILE=1: prove it here)
	@$(PY) -m scripts.releasing.sourcify $(if $(RECOMPILE),--recompile)

release: environments ## all that a release hands out, with checksums: build/release/ (docs/release.md)
	@$(PY) -m scripts.releasing

clean: ## remove the data of `make up`, and what tests left
	@$(PYTHON) -m scripts.stack.clean

clean-all: clean ## remove the environments too
	rm -rf .toolchain node_modules
