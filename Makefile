# Every command of the project; `make` alone lists them. Needs make and a Python between 3.11 and 3.13.

SHELL := /bin/sh
.DEFAULT_GOAL := help

# An argument (make nightly STATE=/data), the environment (STATE=/data make nightly) and a line of warehouse.toml do
# the same; an argument wins over the environment, and that over the file.
export STATE INBOX REGISTRY WAREHOUSE_URL DATABASE_PORT UI_PORT DASHBOARDS_PORT DASHBOARDS_URL WAREHOUSE_TOML AS_OF ROLE SIZE PROJECT PERIOD MESSAGE FILE REPLACE ENTERPRISE KPI SCOPE COUNTRY LOGIN RULE SCALE PAIRS ONLY HISTORY_SCALE ACCEPT_REGISTRY ACCEPT_REVERSALS EMAIL OLD ADOPT FULL NAME PASSWORD NOTE RELEASE AT SINCE HISTORY ROWS FORMAT
export PYTHONPATH := $(CURDIR)
# LANGUAGE is also gettext's variable: from the environment it counts only where it is one of ours.
export TEMPLATE_LANGUAGE := $(if $(filter environment,$(origin LANGUAGE)),$(filter es pt en,$(LANGUAGE)),$(LANGUAGE))

READY := .venv/ready
RUN := .venv/bin/python
CLI := @$(RUN) -m include

COMMANDS := configure demo nightly up down url grant-country revoke-country user close verify-release export-release explain reproduce template verify-receipt rule-impact mail-dry-run mail-send confirm-contact backup restore rebuild forget doctor
# What needs Superset's environment, too.
DASHBOARDS := dashboards dashboards-user send-pages

.PHONY: help $(COMMANDS) $(DASHBOARDS) dashboards-test clients pictures test fuzz equality record bench faults lint format migration generated lock upgrade-lock licences audit env

help:
	@echo 'make demo                      everything from a fresh checkout: a demonstration programme, its night, its figures'
	@echo 'make configure STATE=... ...   write warehouse.toml with these settings and a comment on every other'
	@echo 'make nightly                   one night on INBOX and REGISTRY; non-zero with the reason where it did not run'
	@echo 'make doctor [FULL=yes]         whether everything is well, and what to do where it is not'
	@echo 'make up | down                 Airflow with its UI and the nightly schedule | stop everything left running'
	@echo 'make dashboards                Apache Superset with the programme'"'"'s pages in it; down stops it, too'
	@echo 'make dashboards-user NAME=...  who signs in to it: ROLE=viewer, editor [LOGIN=bi_pe]; prints a new password'
	@echo 'make url [ROLE=bi_reader]      the Postgres URL of the warehouse: administrator, loader, transformer, bi_reader, me_officer'
	@echo 'make grant-country COUNTRY=PE  a login that reads the marts of one country'"'"'s projects [LOGIN=bi_pe], and its URL'
	@echo 'make revoke-country LOGIN=...  take it away'
	@echo 'make user NAME=... ROLE=...    who signs in to Airflow: viewer, operator, officer, signer; prints a new password'
	@echo 'make close PERIOD=2025-S2      propose to close a period [NOTE="..."]; two people then sign it in Airflow'"'"'s UI'
	@echo 'make verify-release            whether RELEASE=2025-S2/1 is what was signed [FILE=... without the warehouse]'
	@echo 'make export-release            RELEASE=2025-S2/1 into FILE=..., with all that is needed to check it'
	@echo 'make explain KPI=green_jobs    the way of a figure to rows and cells [SCOPE=country:PE PERIOD=2025-S2]'
	@echo '                               [AT=2025-03-01: as it stood that day | SINCE=2025-03-01: why it has changed]'
	@echo '                               [ROWS=all FORMAT=csv|xlsx FILE=... LANGUAGE=es|pt|en]'
	@echo 'make reproduce AT=2025-03-01   are its figures, or those of RELEASE=2025-S2/1, the same from the archive?'
	@echo 'make template LANGUAGE=es      the submission workbook (es, pt, en) [PROJECT=PE-01 PERIOD=2026-S1]'
	@echo 'make verify-receipt FILE=...   whether a receipt is ours and unchanged'
	@echo 'make rule-impact RULE=E04      what a rule does, or in shadow would do, to everything received so far'
	@echo 'make mail-dry-run              which messages would go to whom, and which not and why; sends nothing'
	@echo 'make mail-send [OLD=yes]       send what waits; messages older than a week only if asked for'
	@echo 'make send-pages                pages of the dashboards by e-mail to those in REGISTRY/page_subscriptions.csv'
	@echo 'make confirm-contact           the office says that EMAIL=... is the contact of PROJECT=...'
	@echo 'make backup | restore FILE=... everything into one file | back into an empty STATE'
	@echo 'make rebuild [REPLACE=yes]     the warehouse again, from the archive and the registry alone'
	@echo '                               [HISTORY=yes: and each night that published, in its order]'
	@echo 'make forget ENTERPRISE=...     erase an enterprise by its key in the marts; figures stay'
	@echo 'make env                       .env for docker-compose.yml, with new secrets where it has none'
	@echo 'make test [PART=unit|reading|marts|night]   the tests, or a part; unit needs no database [TESTS=tests/...]'
	@echo 'make fuzz [CASES=10000 SEED=1] mutated deliveries: no crash, no hang, no value silently changed'
	@echo 'make equality                  builds in part against full ones over random nights [NIGHTS=50 SEED=1]'
	@echo '                               MUTATE=yes: and what each filter of theirs keeps out'
	@echo 'make record [NIGHTS=12 SEED="1 2 3"] whether the past is kept as it was seen, and causes are right, over random nights'
	@echo 'make dashboards-test [DRAWS=200 SEED=1]  tiles under drawn filters beside figures counted from rows; pages in a browser'
	@echo '                               MUTATE=yes: what each guard keeps out, taken away in turn'
	@echo 'make clients                   the marts of STATE read whole by pandas, polars, DuckDB, node-pg, SQLAlchemy, beside psql'
	@echo 'make pictures                  the pictures of the README, from the demonstration in STATE'
	@echo 'make bench [SCALE=0.1 PAIRS=5] how close to the floor it runs, beside other tools [HISTORY_SCALE=0.3]'
	@echo '                               [ONLY=reading,validation,transformation,night,standing,history,record]'
	@echo 'make faults [TRIALS=50 SEED=1] kill -9 at random instants of a night, a full disk and the like: figures stay'
	@echo 'make lint | format             static checks | format the code'
	@echo 'make migration MESSAGE="..."   write the migration to the tables of include/platform/tables.py'
	@echo 'make generated                 write what follows from contract and models: docs, rule pages, dbt sources'
	@echo 'make lock | upgrade-lock       resolve requirements/*.in anew | to the newest versions they allow'
	@echo 'make licences | audit          docs/licences.md anew | known vulnerabilities, from the network [SERVICE=pypi]'
	@echo
	@echo 'Variables, as arguments, from the environment or from warehouse.toml (relative paths start here):'
	@echo '  STATE          folder for everything the pipeline writes           [.state]'
	@echo '  INBOX          the inbox of the partners: a path or an fsspec URL  [STATE/inbox]'
	@echo '  REGISTRY       the folder of the programme office                  [STATE/registry]'
	@echo '  WAREHOUSE_URL  a PostgreSQL to use instead of the embedded one     [empty]'
	@echo '  DATABASE_PORT, UI_PORT, DASHBOARDS_PORT   ports on 127.0.0.1     [free ones, then kept]'
	@echo '  AS_OF          the load date, YYYY-MM-DD                           [today in America/Lima]'
	@echo '  ACCEPT_REGISTRY=yes, ACCEPT_REVERSALS=yes    for one night: a registry that forgets, verdicts that turn are meant'
	@echo '  SIZE           of the demonstration: full, small, large            [full]'
	@echo '  PYTHON         the interpreter to set up with                      [the first that fits]'

$(COMMANDS): $(READY)
	$(CLI) $@

SUPERSET := .venv/superset/ready
CLIENTS := .venv/clients/ready

$(DASHBOARDS): $(READY) $(SUPERSET)
	$(CLI) $@

# Tiles under filters drawn at random beside figures counted from rows, and pages in a browser.
dashboards-test: $(READY) $(SUPERSET)
	@$(RUN) -m $(if $(MUTATE),tests.dashboards.guards,tests.dashboards $(or $(DRAWS),200) $(or $(SEED),1))

# Every mart of STATE read whole by pandas, polars, DuckDB, node-pg and SQLAlchemy, beside psql.
clients: $(READY) $(CLIENTS)
	@$(RUN) -m tests.clients

$(CLIENTS): $(READY) requirements/clients.txt
	@$(RUN) requirements/set_up.py clients && touch $@

# The README's pictures, from the demonstration in STATE.
pictures: $(READY) $(SUPERSET)
	@$(RUN) -m tests.dashboards.pictures

$(SUPERSET): $(READY) requirements/superset.txt
	@$(RUN) requirements/set_up.py superset && touch $@

migration: $(READY)
	$(CLI) $@
	@$(RUN) -m ruff format --quiet include/platform/migrations/versions

# All of it, or a part (tests/parts.py), in as many processes as there are processors; single files in one.
test: $(READY)
	@$(RUN) -m pytest $(if $(TESTS),$(TESTS),--numprocesses logical --maxprocesses 4 --dist loadscope --no-loadscope-reorder) \
	  $(if $(filter-out all,$(PART)),--part $(PART))

fuzz: $(READY)
	@$(RUN) -m tests.reading.fuzz $(or $(CASES),10000) $(SEED)
	@$(RUN) -m pytest --hypothesis-profile=default tests/reading/test_exactness.py tests/reading/test_round_trip.py

equality: $(READY)
	@$(RUN) -m tests.equality $(or $(NIGHTS),50) $(or $(SEED),1) $(if $(MUTATE),filters)

record: $(READY)
	@$(RUN) -m tests.record $(or $(NIGHTS),12) $(or $(SEED),1) --every $(or $(EVERY),1)

PEERS := .venv/benchmarks/ready

bench: $(READY) $(PEERS)
	@$(RUN) -m benchmarks

$(PEERS): $(READY) requirements/benchmarks.txt
	@$(RUN) requirements/set_up.py benchmarks && touch $@

faults: $(READY)
	@$(RUN) -m tests.faults $(or $(TRIALS),50) $(or $(SEED),1) $(FIRST)

lint: $(READY)
	@$(RUN) -m ruff format --check .
	@$(RUN) -m ruff check .
	@$(RUN) -m mypy include dags expectations
	@$(RUN) -m sqlfluff lint dbt_project/models
	@$(RUN) -m sqlfluff lint --templater placeholder include

format: $(READY)
	@$(RUN) -m ruff format .
	@$(RUN) -m ruff check --fix .

# What is written from the contract, the tables and dbt's descriptions; tests hold each of them fresh.
generated: $(READY)
	@$(RUN) -m include.contract.reference_page
	@$(RUN) -m include.contract.catalogue
	@$(RUN) -m include.contract.rule_macros
	@$(RUN) -m include.contract.labels
	@$(RUN) -m include.dashboards.semantic_models
	@$(RUN) -m include.dashboards.exposures
	@$(RUN) -m include.dashboards.bi_page
	@$(RUN) -m include.stage5_transformation.sources
	@$(RUN) -m include.stage5_transformation.dictionary

lock: $(READY)
	@$(RUN) requirements/lock.py

upgrade-lock: $(READY)
	@$(RUN) requirements/lock.py --upgrade

licences: $(READY)
	@$(RUN) requirements/licences.py

# A version the database knows nothing of fails the audit: that it could not be asked is no good news.
audit: $(READY)
	@$(RUN) requirements/set_up.py audit
	@for set in bootstrap environment containers superset; do \
	  .venv/audit/bin/pip-audit --requirement requirements/$$set.txt --require-hashes --disable-pip --strict \
	    --vulnerability-service $(or $(SERVICE),pypi) || exit 1; \
	done

# For containers: needs neither the environment nor a running database.
env:
	@$(or $(PYTHON),python3) containers/write_env.py $(FILE)

# Set-up: repeated when a lock file changes, or when the interpreter behind .venv is gone.
$(READY): requirements/bootstrap.txt requirements/environment.txt requirements/set_up.py $(if $(wildcard .venv/bin/python),,gone)
	@for python in $(or $(PYTHON),python3 python3.13 python3.12 python3.11); do \
	  if $$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then \
	    exec $$python requirements/set_up.py; \
	  fi; \
	done; \
	echo 'No Python between 3.11 and 3.13 was found: install one, or name it with make PYTHON=/path/to/python3.' >&2; \
	exit 1

.PHONY: gone
gone:
