# Everything is done by scripts/; `make help` lists what there is.

PYTHON ?= python3
export DATABASE PORT LANG_CODE SERVE RESET SIZE ARGS PYTHON

.DEFAULT_GOAL := help
.PHONY: help prepare demo test lint bench translations wheel clean clean-cache

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

prepare: ## fetch Odoo 19, its requirements and PostgreSQL into the cache folder
	@$(PYTHON) scripts/prepare

demo: ## make a demo company, print its portfolio, serve it (DATABASE PORT LANG_CODE SERVE=0 RESET=1)
	@$(PYTHON) scripts/demo

test: ## run every test (ARGS="lib", "odoo -k aging", "benchmark", "install", "upgrade")
	@$(PYTHON) scripts/test $(ARGS)

lint: ## check style and Odoo conventions (ARGS=--fix repairs what it can)
	@$(PYTHON) scripts/lint $(ARGS)

bench: ## measure speed on SIZE invoices (default 100000)
	@$(PYTHON) scripts/bench $(ARGS)

translations: ## bring the .pot and .po files in step with the module's texts
	@$(PYTHON) scripts/translations

wheel: ## build the wheel into dist/
	@$(PYTHON) scripts/wheel

clean: ## delete what was built in this clone
	@$(PYTHON) scripts/clean

clean-cache: ## delete the cache folder: Odoo, PostgreSQL and every database in it
	@$(PYTHON) scripts/clean --cache
