# demo: set up, build, make the sample park, import it, draw its three overlays, and say how to open the window.
# test: set up, build, run every test.   lint: format, clippy, boundaries.   bench: measurements, never part of test.
# soak: the window under random hands for MINUTES, with SEED: does it live, does it grow?
# bless: accept the golden pictures as they are drawn now, and write the tables of docs/data-model.md and docs/issues.md anew.
SHELL := /bin/bash
.PHONY: setup build demo test lint bench soak bless

export XDG_RUNTIME_DIR ?= $(shell mkdir -p -m 700 /tmp/parktwin-xdg-$$(id -u) && echo /tmp/parktwin-xdg-$$(id -u))
OUT ?= demo-out
TWIN := target/debug/twin

setup:
	@setup/debian.sh

# The examples are asked for so that dependencies get the same features as in `test`: else Bevy would compile twice.
build: setup
	@cargo build --locked --workspace --bins --examples

demo: build
	@setup/demo.sh $(TWIN) $(OUT)

# Without the examples, which are programs for `make bench`: the linter compiles them, and linking them takes minutes.
test: setup
	@setup/oracles.sh wntr
	@cargo test --locked --workspace --lib --bins --tests

# Clippy through the build's own dependencies: `cargo clippy` would compile all of Bevy a second time for metadata alone.
lint: setup
	@cargo fmt --all --check
	@setup/lint.sh

bench: build
	@setup/bench.sh $(TWIN)

soak: build
	@setup/soak.sh $(TWIN) $(or $(MINUTES),10) $(or $(SEED),1)

bless: setup
	@TWIN_BLESS=1 cargo test --locked --workspace --test golden
	@TWIN_BLESS=1 cargo test --locked --workspace --test all -- data_model_doc:: issue_codes:: golden_sample::
