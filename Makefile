# Every target sets up what it needs; the second call is quick.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
IDEA   ?= Write a tool is_palindrome(word) that says whether a word is a palindrome: level -> True, banana -> False
ARGS   ?=
# Hundreds of tests start agentsh: where what is compiled may not be kept, each compiles it anew, half a second of it.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup run test attack fuzz lint type docs snapshots screenshots bench clean
.DEFAULT_GOAL := help

help: ## what there is
	@grep -E '^[a-z]+:.*## ' Makefile | sed 's/:.*## /\t/'

# Two stamps: a user who runs a team does not wait for the linters.
$(VENV)/.run: pyproject.toml
	@echo "setting up $(VENV), once" >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -e ".[local,openai]"
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -e ".[local,openai,dev]"
	@touch $@

setup: $(VENV)/.dev ## make .venv with everything a developer needs

run: $(VENV)/.run ## put a team to work: make run IDEA="…"
	@$(BIN)/agentsh run "$(IDEA)" --yes $(ARGS)

# What fails beside everything else is tried once more, by itself: a busy machine is no fault, and a fault fails twice.
test: $(VENV)/.dev ## all tests; the few that fail are tried again, one at a time, and told
	@$(BIN)/python -m pytest -n auto $(ARGS) || { [ $$? = 1 ] && \
		echo "tried again, one at a time:" && $(BIN)/python -m pytest --last-failed --maxfail 4 -vv $(ARGS); }

attack: $(VENV)/.dev ## attack every sandbox that this machine has, and print what came of it
	@$(BIN)/python -m tests.sandbox.matrix $(ARGS)

fuzz: $(VENV)/.dev ## a million texts for each reader of what comes from outside; guided by coverage: ARGS=--guided
	@$(BIN)/python -m tests.fuzz.run $(ARGS)

lint: $(VENV)/.dev ## style and import contracts
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports

type: $(VENV)/.dev ## mypy --strict
	@$(BIN)/mypy

docs: $(VENV)/.dev ## write the generated pages of docs/ again
	@$(BIN)/python -m docs.generate

snapshots: $(VENV)/.dev ## write the kept pictures of all screens again; look at their difference
	@$(BIN)/python -m pytest -n auto tests/tui/test_snapshots.py --snapshots -q $(ARGS)

screenshots: $(VENV)/.dev ## take the pictures of docs/pictures again; ARGS: only those named
	@$(BIN)/python -m docs.screenshots $(ARGS)

bench: $(VENV)/.dev ## run the benchmarks; one JSON line each
	@$(BIN)/python -m benchmarks

clean: ## remove what setup made
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache dist build
