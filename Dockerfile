# The pipeline with everything it needs; the warehouse is a PostgreSQL beside it (docker-compose.yml).
ARG BASE_IMAGE=python:3.12-slim-bookworm
FROM ${BASE_IMAGE}

# The libraries in a layer of their own, which changes with the lock files only.
WORKDIR /warehouse
COPY requirements/ requirements/
RUN python3 requirements/set_up.py

COPY include/ include/
COPY expectations/ expectations/
COPY dbt_project/ dbt_project/
COPY dags/ dags/

RUN useradd --uid 10001 --no-create-home --home-dir /state warehouse \
    && install -d -o warehouse -m 0711 /state
USER warehouse
ENV STATE=/state \
    PYTHONPATH=/warehouse \
    PYTHONDONTWRITEBYTECODE=1 \
    PATH=/warehouse/.venv/bin:$PATH
VOLUME /state
EXPOSE 8080
CMD ["python", "-m", "include", "serve"]
