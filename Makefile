# Everything that is done with this project by hand or by a machine.

SHELL := /bin/bash
CARGO ?= cargo
BIN := $(or $(CARGO_TARGET_DIR),target)/debug/clout
OUT := out
SITE := site
STORY := $(addprefix --person ,ada-the-specialist olga-of-one-network paul-of-four-networks sten-the-steady bert-the-buyer cleo-the-celebrity)

# What the demo ends with.
define NEXT
What to try next
  $(BIN) top --output $(OUT) --network linkedin
  $(BIN) query "SHOW TABLES" --output $(OUT)
  $(BIN) diff 2026-10-30 2026-10-31 --output $(OUT)
  $(BIN) snapshots list --output $(OUT)
  $(BIN) snapshots show --output $(OUT)        (files, parameters, seconds by stage)
  $(BIN) snapshots verify --output $(OUT)      (hashes every file again)
  make report                                (the night as a page, and one for any person: open $(SITE)/index.html)
  $(BIN) check --input sample_data           (what is wrong with the input, on purpose)
  $(BIN) run --input sample_data --output $(OUT)  (the date is published: nothing is done)
with DuckDB, where it is installed:
  duckdb -c "SELECT person_id, score, delta_1d, delta_7d FROM read_parquet('$(OUT)/scores/*/*.parquet', hive_partitioning = true) WHERE snapshot_date = '2026-10-31' ORDER BY delta_7d LIMIT 10"
with Polars:
  python3 -c "import polars as pl; print(pl.scan_parquet('$(OUT)/network_scores/').filter(pl.col('person_id') == 'paul-of-four-networks').collect())"
For a warehouse of your own: jobs/nightly.toml, jobs/reference.toml (every key), jobs/README.md (schedulers).
endef
export NEXT

.DEFAULT_GOAL := help
.PHONY: help demo report test check docs bench sample-data real

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## score the sample data: eleven nights, the top ten, and what to try next
	$(CARGO) build
	@rm -rf $(OUT)
	@echo
	@echo "Ten nights of sample_data, 2026-10-21 to 2026-10-30, into $(OUT)/ ..."
	@$(BIN) backfill --input sample_data --output $(OUT) --from 2026-10-21 --to 2026-10-30 --quiet > /dev/null
	@echo "... and the night of 2026-10-31, which reads one day:"
	@echo
	@$(BIN) run --quiet --input sample_data --output $(OUT) --as-of 2026-10-31
	@echo
	@$(BIN) top --output $(OUT)
	@echo
	@echo "Where the people of the story stand (sample_data/README.md tells it), before and after sten's ten days away:"
	@for day in 2026-10-21 2026-10-31; do \
	    echo; \
	    $(BIN) top --output $(OUT) --as-of $$day --no-legend $(STORY) || exit 1; \
	done
	@echo
	@echo "$$NEXT"

report: ## write the report of the demo's nights into site/ (runs the demo first where there is none)
	@test -d $(OUT)/snapshots || $(MAKE) demo
	$(CARGO) build
	@$(BIN) report --output $(OUT) --to $(SITE)

test: ## run every test; needs Rust, make and a C compiler
	$(CARGO) test

check: ## formatting, lints and documentation, with warnings as errors
	$(CARGO) fmt --check
	$(CARGO) clippy --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --no-deps --document-private-items --quiet

docs: ## write docs/src/reference from schema, command line and job keys
	CLOUT_WRITE_DOCS=1 $(CARGO) test --test suite reference_docs

bench: ## time the graph kernels, then whole nights beside polars + scipy (release build, minutes)
	$(CARGO) bench --bench kernels
	$(CARGO) build --release
	@if command -v python3 > /dev/null; then python3 benches/night.py; \
	 else echo "whole nights: skipped, python3 is not there"; fi

sample-data: ## make sample_data again, byte for byte
	$(CARGO) build
	$(BIN) generate --seed 7 --to sample_data

real: ## run on and evaluate the real data of ../shared/data (or CLOUT_DATA), where it is there, and check every bar
	$(CARGO) build
	@CLOUT_BIN=$(BIN) tests/real.sh
