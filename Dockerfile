# Debian, not Alpine: the embedded PostgreSQL is built for glibc. To pin the base to the byte, give the
# digest too: --build-arg BASE=python:3.12.12-slim-bookworm@sha256:…
ARG BASE=python:3.12.12-slim-bookworm
FROM ${BASE} AS build
WORKDIR /build
# Every file that is installed from a registry has the hash of deploy/requirements.lock.
COPY deploy/requirements.lock deploy/
RUN python -m venv /opt/pulse \
    && /opt/pulse/bin/pip install --no-cache-dir --only-binary :all: --require-hashes -r deploy/requirements.lock
COPY pyproject.toml setup.py README.md LICENSE ./
COPY pulse pulse
COPY ui ui
COPY widget_api widget_api
COPY widget_bundle widget_bundle
COPY piccolo_migrations piccolo_migrations
RUN /opt/pulse/bin/pip install --no-cache-dir --no-deps --no-build-isolation --no-index .

FROM ${BASE}
# LightGBM computes with OpenMP
RUN apt-get update && apt-get install -y --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --create-home --home-dir /home/pulse pulse \
    && mkdir /data && chown 10001:10001 /data
COPY --from=build /opt/pulse /opt/pulse
USER 10001
ENV PATH=/opt/pulse/bin:$PATH PULSE_DATA_DIR=/data PULSE_LOG_FORMAT=json PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
VOLUME /data
EXPOSE 8080
HEALTHCHECK --start-period=60s --interval=10s CMD ["python", "-c", \
    "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/health/ready', timeout=4)"]
CMD ["pulse", "serve", "--host", "0.0.0.0", "--port", "8080"]
