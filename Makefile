# The commands of README.md and CONTRIBUTING.md. Each target installs what it needs.

.PHONY: demo test check bench long packages tools-test tools-check

# What the bundled SQLite and the TLS library are compiled with.
PACKAGES := gcc libc6-dev
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

# FRAMES=DIR scans a folder of images instead of the demo's own.
demo: packages
	cargo build --locked --features gate,server
	target/debug/wicket demo $(if $(FRAMES),--frames "$(FRAMES)")

test: packages tools-test
	cargo nextest run --locked --all-features

# Each feature set is linted by itself, so that none leans on another's code.
check: packages tools-check
	cargo fmt --check
	cargo clippy --locked --all-targets --no-default-features -- -D warnings
	cargo clippy --locked --all-targets --features kiosk -- -D warnings
	cargo clippy --locked --all-targets --features server -- -D warnings
	cargo clippy --locked --all-targets --all-features -- -D warnings
	cargo deny --all-features --locked check licenses bans sources

bench: packages
	cargo bench --locked --features gate,server

# Every kill, power cut and mutation, where `make test` runs a tenth.
long: packages tools-test
	WICKET_LONG=1 cargo nextest run --locked --all-features

packages:
	@missing=$$(for package in $(PACKAGES); do \
		dpkg-query -W -f '$${Status}' $$package 2>/dev/null | grep -q 'ok installed' || echo $$package; done); \
	if [ -n "$$missing" ]; then $(SUDO) apt-get update && $(SUDO) apt-get install -y --no-install-recommends $$missing; fi

tools-test:
	@cargo nextest --version >/dev/null 2>&1 || cargo install --locked cargo-nextest

tools-check:
	@cargo deny --version >/dev/null 2>&1 || cargo install --locked cargo-deny
