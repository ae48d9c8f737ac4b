# Two commands do everything on a fresh machine with Python 3.11+ and make: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Modules are compiled once, not by each of hundreds of processes.
export PYTHONDONTWRITEBYTECODE =
# pip takes four times as long, which is a minute on two cores.
INSTALL := $(BIN)/uv pip install --quiet --python $(BIN)/python
# Four workers on two cores, since browsers and subprocesses leave two idle; threads of BLAS would only get in their way.
# Tests compile without XLA's optimiser, which costs them a tenth of their time and makes small tables no faster; they pass with it too.
# Where it halves the time, tests/conftest.py switches it on.
PYTEST := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 JAX_DISABLE_MOST_OPTIMIZATIONS=1 $(BIN)/python -m pytest -q -n 4 --dist worksteal

.PHONY: library screens demo test tests quick lint docs golden evidence figures lock clean mutants outside fuzz faults licences

$(VENV)/.runtime: requirements-uv.lock requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock
	$(INSTALL) --require-hashes -r requirements.lock
	$(INSTALL) --no-deps -e .
	touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements-dev.lock
	$(INSTALL) --require-hashes -r requirements-dev.lock
	touch $@

# The main job on the bundled tables; prints the answer and where its report lies.
demo: $(VENV)/.runtime
	$(BIN)/xunhuan demo

# Style, types, layers, dependencies and the site of the docs beside every test and doctest with warnings as errors: one core would be idle otherwise.
test: $(VENV)/.dev
	$(MAKE) --no-print-directory --jobs=2 tests lint docs

tests: $(VENV)/.dev
	$(PYTEST)

# The tests without those that take seconds each, drive a browser or start a cluster.
quick: $(VENV)/.dev
	$(PYTEST) -m "not slow and not browser and not cluster"

# Wrong files by the thousand (N of each kind, or of those in KINDS), and what each came to; tests try some hundred.
fuzz: $(VENV)/.dev
	$(BIN)/python -m tests.fuzz --cases $(or $(N),1000) $(KINDS)

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/deptry src

# Build the site of the docs in out/site, every link and anchor checked; not --quiet, which drops warnings before strictness counts them.
docs: $(VENV)/.dev
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build

# Make N changes of meaning one at a time in each room of measures, models and scenario: which do its tests not notice?
mutants: $(VENV)/.dev
	$(BIN)/python -m tests.mutants -n $(or $(N),10) $(if $(SEED),--seed $(SEED)) $(if $(ROOM),--room $(ROOM))

# Draw N equilibria, and games and short runs beside them, and hold them against derivations that use nothing of the program.
outside: $(VENV)/.dev
	$(BIN)/python -m tests.outside -n $(or $(N),100)

# Every scenario of the library on tables of other years, at the point (DRAWS=N for draws): goes on where it was stopped, in out/library.
library: $(VENV)/.dev
	$(BIN)/python -m tests.library $(or $(TABLE),world-2020 world-2022) --draws $(or $(DRAWS),0)

# Pictures of every page of the laboratory on sheets, to be looked at.
screens: $(VENV)/.dev
	$(BIN)/python -m tests.screens out/screens

# Kills, full disks, read-only folders, two at once, clocks that turn back, broken fetches, N of them drawn by SEED; prints how they ended.
faults: $(VENV)/.dev
	$(BIN)/python -m tests.faults $(or $(N),100) $(or $(SEED),1)

# Licences of all that is locked, and whether the GPL may be combined with them.
licences: $(VENV)/.dev
	$(BIN)/python -m tests.helpers.licences

# Write the golden numbers of the tests anew; look at the difference before committing it.
golden: $(VENV)/.dev
	$(BIN)/python -m tests.golden.regenerate

# Write docs/evidence.md anew: every published result, and what is found here.
evidence: $(VENV)/.dev
	$(BIN)/python -m tests.evidence

# Write anew all that pages show of what the program finds: models, evidence, numbers, examples, notebooks, pictures.
figures: evidence
	$(BIN)/xunhuan --lang en models all -o docs/models.md
	$(BIN)/xunhuan --lang zh models all -o docs/models.zh.md
	$(BIN)/python -m tests.quoted
	$(BIN)/python -m tests.quoted.notebooks
	$(BIN)/python -m tests.quoted.pictures

# Renew the locked versions from pyproject.toml.
lock: $(VENV)/.dev
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --quiet pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --quiet --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	printf 'uv\n' | $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --quiet -c requirements-dev.lock - -o requirements-uv.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache out
