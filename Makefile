# The tool as a person installs it: `make`, then `sudo make install`, or `make install PREFIX=$HOME/.local`.
# Everything else is the Swift package's own: `swift build`, `swift test`.

PREFIX ?= /usr/local
DESTDIR ?=
# A folder of its own, since a static build and the everyday one would overwrite each other.
BUILD ?= .build/install

BIN = $(DESTDIR)$(PREFIX)/bin
MAN = $(DESTDIR)$(PREFIX)/share/man/man1
BASH_COMPLETIONS = $(DESTDIR)$(PREFIX)/share/bash-completion/completions
ZSH_COMPLETIONS = $(DESTDIR)$(PREFIX)/share/zsh/site-functions
FISH_COMPLETIONS = $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d

# Swift's runtime is inside, as in every release build (Package.swift), so that the file runs where no Swift is; the C library
# stays outside, because looking up names needs the one of the machine. Without symbols it is less than half as large, and
# it need not look for libraries beside itself.
SLIM = -Xlinker -s --disable-local-rpath

.PHONY: all release man completions install uninstall

all: release man completions

release:
	swift build -c release --product sockeye $(SLIM) --scratch-path $(BUILD)
	@ls -l $(BUILD)/release/sockeye | awk '{ printf "%s: %.1f MB\n", $$NF, $$5 / 1e6 }'

# The manual comes from the same declarations as `--help`; what stands indented there are examples, which must not be
# filled into paragraphs.
man:
	swift package --scratch-path $(BUILD)-man plugin generate-manual --multi-page --section 1
	rm -rf $(BUILD)/man && mkdir -p $(BUILD)/man
	for page in $(BUILD)-man/plugins/GenerateManual/outputs/SockeyeMain/*.1; do \
	    awk -f scripts/unfilled-description.awk "$$page" > "$(BUILD)/man/$$(basename "$$page" | tr . - | sed 's/-1$$/.1/')"; \
	done

completions: release
	mkdir -p $(BUILD)/completions
	for shell in bash zsh fish; do \
	    $(BUILD)/release/sockeye --generate-completion-script $$shell > $(BUILD)/completions/$$shell || exit 1; \
	done

install: all
	install -d $(BIN) $(MAN) $(BASH_COMPLETIONS) $(ZSH_COMPLETIONS) $(FISH_COMPLETIONS)
	install -m 755 $(BUILD)/release/sockeye $(BIN)/sockeye
	install -m 644 $(BUILD)/man/*.1 $(MAN)
	install -m 644 $(BUILD)/completions/bash $(BASH_COMPLETIONS)/sockeye
	install -m 644 $(BUILD)/completions/zsh $(ZSH_COMPLETIONS)/_sockeye
	install -m 644 $(BUILD)/completions/fish $(FISH_COMPLETIONS)/sockeye.fish

uninstall:
	rm -f $(BIN)/sockeye $(MAN)/sockeye.1 $(MAN)/sockeye-*.1
	rm -f $(BASH_COMPLETIONS)/sockeye $(ZSH_COMPLETIONS)/_sockeye $(FISH_COMPLETIONS)/sockeye.fish
