# The pipeline with Airflow and Celery; database and broker are beside it (docker-compose.yml). With BESIDE=superset the
# image of the dashboards.
ARG BASE_IMAGE=python:3.12-slim-bookworm
FROM ${BASE_IMAGE}

# The libraries, checked by their hashes, in a layer of their own, which changes with the lock files only.
ARG LIBRARIES=containers
WORKDIR /warehouse
COPY requirements/ requirements/
RUN UV_NO_CACHE=1 python3 requirements/set_up.py ${LIBRARIES}
ARG BESIDE=
RUN if [ -n "${BESIDE}" ]; then UV_NO_CACHE=1 python3 requirements/set_up.py ${BESIDE}; fi

COPY pyproject.toml ./
COPY include/ include/
COPY expectations/ expectations/
COPY dbt_project/ dbt_project/
COPY dags/ dags/
COPY dashboards/ dashboards/

# Whatever umask the clone was made with, the user below can read it; volumes begin with the folders' owner.
RUN chmod -R a+rX requirements pyproject.toml include expectations dbt_project dags dashboards \
    && python3 -m compileall -q include expectations dags dashboards \
    && useradd --uid 10001 --no-create-home --home-dir /state warehouse \
    && install -d -o warehouse -g warehouse -m 0711 /state \
    && install -d -o warehouse -g warehouse -m 0700 /state/superset
USER warehouse
ENV STATE=/state \
    UI_PORT=8080 \
    PYTHONPATH=/warehouse \
    PYTHONDONTWRITEBYTECODE=1 \
    PATH=/warehouse/.venv/bin:$PATH
EXPOSE 8080
CMD ["python", "-m", "include", "serve"]
