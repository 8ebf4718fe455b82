# Two commands: `make demo` runs the main job and ends by itself; `make test` runs the tests.
PY ?= python3
UV := .uv/bin/uv
export UV_PYTHON_DOWNLOADS = never
export UV_SYSTEM_CERTS = 1
.DEFAULT_GOAL := demo
.PHONY: demo test lint bench soak lock clean

$(UV):
	$(PY) -m venv .uv && .uv/bin/pip install -q --disable-pip-version-check uv==0.13.9
.venv/.runtime: $(UV) requirements.lock pyproject.toml
	$(UV) venv -q --allow-existing --python $(PY) .venv
	$(UV) pip sync -q --require-hashes requirements.lock
	$(UV) pip install -q --no-deps -e .
	touch $@
.venv/.dev: $(UV) requirements-dev.lock requirements-samples.lock pyproject.toml
	$(UV) venv -q --allow-existing --python $(PY) .venv
	$(UV) pip sync -q --require-hashes requirements-dev.lock
	$(UV) pip install -q --require-hashes --no-deps -r requirements-samples.lock
	$(UV) pip install -q --no-deps -e .
	touch $@ .venv/.runtime
# What the bench is compared with; only `bench` and its own tests use it.
.venv/.peers: .venv/.dev requirements-peers.lock
	$(UV) pip install -q --require-hashes -r requirements-peers.lock
	touch $@

demo: .venv/.runtime
	.venv/bin/lawgate-lab demo --out out
test: .venv/.peers
	.venv/bin/python -m pytest -n 2 --dist loadfile
lint: .venv/.dev
	.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy && .venv/bin/lint-imports
bench: .venv/.peers
	.venv/bin/python -m bench $(ARGS)
soak: .venv/.peers
	LAWGATE_SIZE=full .venv/bin/python -m pytest $(ARGS)
lock: $(UV)
	$(UV) lock -q --upgrade
	$(UV) export -q --no-emit-project --no-header --extra lab --no-default-groups --format requirements.txt -o requirements.lock
	$(UV) export -q --no-emit-project --no-header --extra lab --all-groups --format requirements.txt -o requirements-dev.lock
	$(UV) export -q --no-emit-project --no-header --extra peers --no-default-groups --format requirements.txt -o requirements-peers.lock
clean:
	rm -rf .uv .venv out .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
