# Everything runs in .venv, which the first target that needs it sets up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
SCRIPT_CHECKS := tests/apps_script
NODE_IS_THERE := node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null

.PHONY: run test explore check check-script format bench chaos hearing fuzz pictures schema clean

run: $(INSTALLED)
	@$(BIN)/python -m demo

# Most tests wait for a stand-in's pace, not for a core. JOBS=0 runs them one after the other.
JOBS ?= 4
test: $(INSTALLED)
	@bash tests/browser/install.sh || true
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder

explore: $(INSTALLED)
	@$(BIN)/python -m tests.machine.exploring

check: $(INSTALLED)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@if $(NODE_IS_THERE); then $(MAKE) --no-print-directory check-script; \
	else echo "Types and style of apps_script/ were not checked: that needs Node 20.19 or newer."; fi

check-script: $(SCRIPT_CHECKS)/node_modules/.installed
	@node $(SCRIPT_CHECKS)/check.mjs

$(SCRIPT_CHECKS)/node_modules/.installed: $(SCRIPT_CHECKS)/package-lock.json
	npm ci --prefix $(SCRIPT_CHECKS) --loglevel=error --no-audit --no-fund
	@touch $@

# HEARING="--orders 100 --kills 5 --seed 7" makes it shorter, or the same again.
hearing: $(INSTALLED)
	@$(BIN)/python -m tests.machine.hearing $(HEARING)

# CHAOS="--orders 1000 --seed 7" makes it shorter, or the same again.
chaos: $(INSTALLED)
	@$(BIN)/python -m tests.machine.chaos $(CHAOS)

# FUZZ=100 sends fewer requests to each route.
fuzz: $(INSTALLED)
	@$(BIN)/python -m tests.api.fuzzing $(FUZZ)

bench: $(INSTALLED)
	@$(BIN)/python -m benchmarks

# Of the workbook that make run serves; PICTURES=http://127.0.0.1:8091 takes them of another.
pictures: $(INSTALLED)
	@bash tests/browser/install.sh
	@$(BIN)/python -m tests.browser.pictures $(PICTURES)

# Holds what is asked of Shopify against its whole schema, which npm brings; WRITE=1 keeps what is needed of it.
schema: $(INSTALLED)
	@$(BIN)/python -m sandbox.shopify.schema $(if $(WRITE),--write)

format: $(INSTALLED)
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) .local

$(INSTALLED): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed, this is " + sys.version.split()[0])'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt '.[dev]'
	@touch $@
