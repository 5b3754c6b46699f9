# Build:  docker build -t khabardar .
# Run:    docker run -v khabardar:/data khabardar            (the first start writes /data/khabardar.toml)
FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/khabardar
COPY requirements.lock.txt /src/
RUN /opt/khabardar/bin/pip install --no-deps --require-hashes -r /src/requirements.lock.txt
COPY . /src
RUN /opt/khabardar/bin/pip install --no-deps --no-build-isolation /src

FROM python:3.13-slim
RUN useradd --system --uid 10017 --home-dir /data --shell /usr/sbin/nologin khabardar \
 && install -d -o khabardar -g khabardar -m 0750 /data
COPY --from=build /opt/khabardar /opt/khabardar
COPY packaging/entrypoint.sh /usr/local/bin/khabardar-entrypoint
ENV PATH=/opt/khabardar/bin:$PATH KHABARDAR_CONFIG=/data/khabardar.toml PYTHONUNBUFFERED=1 MALLOC_ARENA_MAX=2
USER khabardar
WORKDIR /data
VOLUME /data
STOPSIGNAL SIGTERM
# Without a password it listens on loopback inside the container only; packaging/entrypoint.sh, compose.yaml.
HEALTHCHECK --interval=30s --timeout=5s --start-period=40s --retries=3 \
  CMD ["python", "-c", "import sys, urllib.request as u; sys.exit(u.urlopen('http://127.0.0.1:8017/readyz', timeout=4).status != 200)"]
ENTRYPOINT ["khabardar-entrypoint"]
CMD ["run"]
