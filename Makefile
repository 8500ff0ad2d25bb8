# The verbs of this repository. Each is one script or one command; the same verbs run in CI.

SHELL := bash
.DEFAULT_GOAL := help

CACHE ?= $(or $(STORE_PLATFORM_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/store-platform)
# Outside the checkout, so that a fresh clone starts warm.
export CARGO_TARGET_DIR ?= $(CACHE)/target

.PHONY: help up down status test lint generate bench

help: ## Show this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

up: ## A running platform: cluster, images, charts
	@scripts/setup-local-cluster.sh
	@scripts/build-images.sh --load
	@scripts/install-platform.sh

down: ## Take the local cluster away, with everything in it
	@scripts/down.sh

status: ## Where the platform is and whether it answers
	@scripts/status.sh

test: ## Everything: units, real API server and PostgreSQL, stores on a real node
	@scripts/test.sh

lint: ## Formatting, clippy, shellcheck, charts, licences; changes nothing
	@scripts/lint.sh

generate: ## Write again what is generated from code: CRDs, OpenAPI, the dashboard's client
	@scripts/generate.sh

bench: ## Measure, side by side with a named peer
	@bench/run.sh
