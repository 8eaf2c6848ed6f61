# The commands of README.md and CONTRIBUTING.md. Each target installs what it needs.

.PHONY: demo test check check-units check-units-run check-arm64 deb deb-arm64 bench bench-sync bench-sale bench-screen bench-readers long sim approve screenshot fonts packages packages-kiosk packages-test packages-readers packages-units packages-units-run packages-deb packages-arm64 tools-deb tools-test tools-check

# What the bundled SQLite and the TLS library are compiled with.
PACKAGES := gcc libc6-dev
# For a camera (its bindings are made by libclang), for sound, and for a screen that is drawn and touched without a desktop.
PACKAGES_KIOSK := $(PACKAGES) pkg-config libclang1 libasound2-dev libfontconfig-dev libinput-dev libudev-dev libxkbcommon-dev
# For a package: dpkg-shlibdeps finds out what it needs.
PACKAGES_DEB := $(PACKAGES_KIOSK) dpkg-dev
# For another processor: Debian's own compilers, which go with its libraries, and what runs the result here.
PACKAGES_ARM64 := $(PACKAGES_DEB) gcc-aarch64-linux-gnu rustc-web cargo-web libstd-rust-web-dev:arm64 qemu-user-static \
	$(addsuffix :arm64,libc6-dev libasound2-dev libfontconfig-dev libinput-dev libudev-dev libxkbcommon-dev)
ARM64 := aarch64-unknown-linux-gnu
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

define install
@missing=$$(for package in $(1); do \
	dpkg-query -W -f '$${Status}' $$package 2>/dev/null | grep -q 'ok installed' || echo $$package; done); \
if [ -n "$$missing" ]; then $(SUDO) apt-get update && $(SUDO) apt-get install -y --no-install-recommends $$missing; fi
endef

# FRAMES=DIR scans a folder of images instead of the demo's own.
demo: packages
	cargo build --locked --features gate,server
	target/debug/wicket demo $(if $(FRAMES),--frames "$(FRAMES)")

test: packages-test tools-test
	cargo nextest run --locked --all-features

# Each feature set is linted by itself, so that none leans on another's code.
check: packages-kiosk tools-check check-units
	cargo fmt --check
	cargo fmt --check --manifest-path benches/readers/Cargo.toml
	cargo clippy --locked --all-targets --no-default-features -- -D warnings
	cargo clippy --locked --all-targets --features kiosk -- -D warnings
	cargo clippy --locked --all-targets --features server -- -D warnings
	cargo clippy --locked --all-targets --all-features -- -D warnings
	cargo deny --all-features --locked check licenses bans sources

# The units as systemd reads them, and how much of the machine each could reach: in tenths of systemd's own score.
EXPOSURE_GATE := 15
EXPOSURE_SERVER := 12
check-units: packages-units
	@units=$$(mktemp -d) && trap 'rm -r "$$units"' EXIT && for unit in systemd/*.service systemd/*.timer; do \
		sed 's|/usr/bin/wicket |/bin/true |' "$$unit" > "$$units/$${unit##*/}"; done && \
	said=$$(systemd-analyze verify --man=no "$$units"/*.service "$$units"/*.timer 2>&1) && \
	{ [ -z "$$said" ] || { echo "$$said"; exit 1; }; }
	@for unit in gate:$(EXPOSURE_GATE) server:$(EXPOSURE_SERVER) sync:$(EXPOSURE_SERVER); do \
		systemd-analyze security --offline=yes --threshold=$${unit#*:} systemd/wicket-$${unit%:*}.service > /dev/null \
			|| { echo "wicket-$${unit%:*}.service may reach more than $${unit#*:} tenths"; exit 1; }; \
	done

# A Debian package for this machine's architecture, under target/debian.
deb: packages-deb tools-deb
	cargo deb --locked

# One for a Pi. rustc and cargo are Debian's, which come with the other processor's library.
deb-arm64: packages-arm64 tools-deb
	PATH="/usr/bin:$$PATH" RUSTC=/usr/bin/rustc CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc \
		PKG_CONFIG_ALLOW_CROSS=1 BINDGEN_EXTRA_CLANG_ARGS=--target=aarch64-linux-gnu \
		$$(command -v cargo-deb) --locked --target $(ARM64)

# The Pi's program, under an emulator, says the same as this machine's of all vectors and frames.
check-arm64: deb-arm64
	tests/arm64.sh qemu-aarch64-static target/$(ARM64)/release/wicket

# The package in a Debian 12 of its own, booted in a container: its services work, and cannot do what their units bar.
check-units-run: deb packages-units-run
	$(SUDO) tests/units/run.sh "$$(ls -t target/debian/wicket_*_$$(dpkg --print-architecture).deb | head -n 1)"

bench: packages
	cargo bench --locked --features gate,server

# A first sync and what follows it, between processes: SIZES=10000,100000,1000000 chooses lists.
bench-sync: packages
	cargo bench --locked --features gate,server --bench sync

# What a sale takes when it opens.
bench-sale: packages
	cargo bench --locked --features server --bench sale

# A gate with its screen: from a frame to the relay and the screen, and from the program's start until it is ready.
bench-screen: packages-test
	cargo bench --locked --features kiosk --bench kiosk

# QR readers compared on the same pictures: FRAMES=DIR of a gate's frames, IMAGES=DIR of photos.
bench-readers: FRAMES ?= ../shared/frames
bench-readers: IMAGES ?= ../shared/images
bench-readers: packages-readers
	@cargo run --locked --release --manifest-path benches/readers/Cargo.toml -- "$(FRAMES)" "$(IMAGES)"

# Every kill, power cut, mutation and frame, where `make test` runs a tenth; and the program for a Pi.
long: packages-test tools-test $(if $(filter amd64,$(shell dpkg --print-architecture)),check-arm64)
	WICKET_LONG=1 cargo nextest run --locked --all-features

# SEEDS=n runs of the simulator, from seed FROM on; `make test` runs a thousand.
sim: SEEDS ?= 10000
sim: FROM ?= 0
sim: packages
	cargo run --locked --release --features sim -- sim --seeds $(SEEDS) --from $(FROM)

# The pictures of the screen as they are now become the approved ones: look at them before.
approve: packages-kiosk tools-test
	WICKET_APPROVE=1 cargo nextest run --locked --all-features kiosk::pictures

# The README's picture.
screenshot: packages-kiosk tools-test
	WICKET_APPROVE=1 cargo nextest run --locked --all-features kiosk::screenshot

# The screen's fonts, once its words have changed.
fonts:
	$(call install,fonts-noto-cjk fonttools)
	assets/fonts/subset.sh

packages:
	$(call install,$(PACKAGES))

packages-units-run:
	$(call install,mmdebstrap systemd-container)

packages-deb:
	$(call install,$(PACKAGES_DEB))

packages-arm64:
	@dpkg --print-foreign-architectures | grep -qx arm64 || $(SUDO) dpkg --add-architecture arm64
	$(call install,$(PACKAGES_ARM64))

packages-units:
	$(call install,systemd)

# A window is tested on a virtual screen, and the server's data on a PostgreSQL that the tests start themselves.
packages-test:
	$(call install,$(PACKAGES_KIOSK) postgresql xvfb)

packages-kiosk:
	$(call install,$(PACKAGES_KIOSK))

# The reader in C++ is built from source.
packages-readers:
	$(call install,$(PACKAGES) cmake g++)

tools-deb:
	@cargo deb --version >/dev/null 2>&1 || cargo install --locked cargo-deb

tools-test:
	@cargo nextest --version >/dev/null 2>&1 || cargo install --locked cargo-nextest

tools-check:
	@cargo deny --version >/dev/null 2>&1 || cargo install --locked cargo-deny
