# Tasks of this project, for people and for CI.

SHELL := /bin/bash
CARGO ?= cargo
# With the benchmarks, so that cargo resolves the same features as for `make test` and builds no library twice.
BUILD := $(CARGO) build --bins --benches
BIN := $(or $(CARGO_TARGET_DIR),target)/debug/clout
OUT := out
SITE := site
STORY := $(addprefix --person ,ada-the-specialist olga-of-one-network paul-of-four-networks sten-the-steady bert-the-buyer cleo-the-celebrity)

# Printed at the end of the demo.
define NEXT
Next steps
  $(BIN) top --output $(OUT) --network linkedin
  $(BIN) query "SHOW TABLES" --output $(OUT)
  $(BIN) diff 2026-10-30 2026-10-31 --output $(OUT)
  $(BIN) snapshots list --output $(OUT)
  $(BIN) snapshots show --output $(OUT)        (files, parameters, seconds by stage)
  $(BIN) snapshots verify --output $(OUT)      (hashes each file again)
  make report                                (a page for the date and one for each person: open $(SITE)/index.html)
  $(BIN) check --input sample_data           (the planted errors of the input)
  $(BIN) run --input sample_data --output $(OUT)  (the date is already published: no change)
With DuckDB, if it is installed:
  duckdb -c "SELECT person_id, score, delta_1d, delta_7d FROM read_parquet('$(OUT)/scores/*/*.parquet', hive_partitioning = true) WHERE snapshot_date = '2026-10-31' ORDER BY delta_7d LIMIT 10"
With Polars:
  python3 -c "import polars as pl; print(pl.scan_parquet('$(OUT)/network_scores/').filter(pl.col('person_id') == 'paul-of-four-networks').collect())"
For your own warehouse: jobs/nightly.toml, jobs/reference.toml (every key), jobs/README.md (schedulers).
endef
export NEXT

.DEFAULT_GOAL := help
.PHONY: help demo report test cluster-test cluster-check cluster-bench check docs bench sample-data real

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## score eleven dates of the sample data, show the top ten and the next steps
	$(BUILD)
	@rm -rf $(OUT)
	@echo
	@echo "Scoring ten dates of sample_data, 2026-10-21 to 2026-10-30, into $(OUT)/ ..."
	@$(BIN) backfill --input sample_data --output $(OUT) --from 2026-10-21 --to 2026-10-30 --quiet > /dev/null
	@echo "... and 2026-10-31, which reads one load date:"
	@echo
	@$(BIN) run --quiet --input sample_data --output $(OUT) --as-of 2026-10-31
	@echo
	@$(BIN) top --output $(OUT)
	@echo
	@echo "Scores of the story's people (see sample_data/README.md), before and after sten's ten days of silence:"
	@for day in 2026-10-21 2026-10-31; do \
	    echo; \
	    $(BIN) top --output $(OUT) --as-of $$day --no-legend $(STORY) || exit 1; \
	done
	@echo
	@echo "$$NEXT"

report: ## write the report of the demo's dates into site/ (runs the demo first if necessary)
	@test -d $(OUT)/snapshots || $(MAKE) demo
	$(BUILD)
	@$(BIN) report --output $(OUT) --to $(SITE)

test: ## run all tests; needs Rust, make and a C compiler
	$(CARGO) test

cluster-test: ## run the tests of crates/cluster, which builds DataFusion and Ballista into a folder of its own
	CARGO_TARGET_DIR=$(or $(CARGO_TARGET_DIR),target)/cluster $(CARGO) test -p clout-cluster

cluster-check: ## lints of crates/cluster, with warnings as errors
	CARGO_TARGET_DIR=$(or $(CARGO_TARGET_DIR),target)/cluster $(CARGO) clippy -p clout-cluster --all-targets -- -D warnings

cluster-bench: ## time whole runs on a cluster of two executors beside one process (release build, an hour from cold)
	CARGO_TARGET_DIR=$(or $(CARGO_TARGET_DIR),target)/cluster $(CARGO) build --release -p clout -p clout-cluster --bins
	CLOUT_BIN=$(or $(CARGO_TARGET_DIR),target)/cluster/release/clout python3 benches/cluster.py

check: ## formatting, lints and documentation, with warnings as errors
	$(CARGO) fmt --all --check
	$(CARGO) clippy --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --no-deps --document-private-items --quiet

docs: ## write docs/src/reference from schema, command line and job keys
	CLOUT_WRITE_DOCS=1 $(CARGO) test --test suite reference_docs

bench: ## time the graph kernels, then whole runs beside polars + scipy (release build, minutes)
	$(CARGO) bench -p clout-graph --bench kernels
	$(CARGO) bench --bench kernels
	$(CARGO) bench -p clout-model
	$(CARGO) bench -p clout-state
	$(CARGO) build --release
	@if command -v python3 > /dev/null; then python3 benches/propagation.py && python3 benches/night.py; \
	 else echo "propagation beside scipy, and whole runs: skipped, python3 is missing"; fi

sample-data: ## generate sample_data again, byte for byte
	$(BUILD)
	$(BIN) generate --seed 7 --to sample_data

real: ## run on and evaluate the real data of ../shared/data (or CLOUT_DATA), if present, and check each threshold
	$(BUILD)
	@CLOUT_BIN=$(BIN) tests/real.sh
