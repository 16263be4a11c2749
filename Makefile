# Everything one runs in this repository. `make` alone lists it.

.DEFAULT_GOAL := help
FUZZ_SECONDS ?= 60

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: check
check: ## formatting, lints and documentation, all of them without a warning
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked

.PHONY: test
test: ## every test, after installing what they need and is missing
	./tests/setup.sh
	cargo test --workspace --locked --no-fail-fast

.PHONY: bench
bench: ## throughput of a release build beside its peers; see docs/benchmarks.md
	cargo bench -p kirokubo-tests --bench throughput --locked

.PHONY: bench-law
bench-law: ## what one duty check costs, without HTTP
	cargo bench -p kirokubo-records --bench duty_check --locked

.PHONY: bench-verify
bench-verify: ## a bundle of a million entries, beside bare SHA-256
	cargo bench -p kirokubo-verify --bench verify --locked

.PHONY: openapi
openapi: ## rewrite openapi.yaml from the code
	KIROKUBO_WRITE_OPENAPI=1 cargo test -p kirokubo --test openapi --locked

.PHONY: errors
errors: ## rewrite docs/errors.md from the code
	KIROKUBO_WRITE_ERRORS=1 cargo test -p kirokubo-tests --test tidy --locked error_codes

.PHONY: schema
schema: ## rewrite what verify expects of a PostgreSQL database, from the migrations
	KIROKUBO_WRITE_SCHEMA=1 cargo test -p kirokubo-store --test conformance --locked the_schema_is

.PHONY: fuzz
fuzz: ## each fuzz target for FUZZ_SECONDS (60); needs nightly Rust and cargo-fuzz
	@cargo +nightly fuzz --version >/dev/null 2>&1 || { \
		echo "make fuzz needs nightly Rust and cargo-fuzz:"; \
		echo "  rustup toolchain install nightly && cargo install cargo-fuzz"; \
		exit 1; }
	@set -e; targets=$$(cargo +nightly fuzz list); for target in $$targets; do \
		echo "fuzzing $$target for $(FUZZ_SECONDS) s"; \
		cargo +nightly fuzz run "$$target" -- -max_total_time=$(FUZZ_SECONDS); \
	done
