# The service, and nothing that only a checkout needs. Pages and ABIs are in the package already.
FROM python:3.11-slim-bookworm

RUN apt-get update && apt-get install --yes --no-install-recommends gcc libc6-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/redress
COPY locks/service.txt locks/service.txt
RUN pip install --no-cache-dir --require-hashes --requirement locks/service.txt
COPY pyproject.toml README.md ./
COPY dapp dapp
COPY evidence evidence
COPY docs/help docs/help
# No build isolation: what it builds with is to be installed first, by its lock or not at all.
RUN pip install --no-cache-dir hatchling && pip install --no-cache-dir --no-deps --no-build-isolation . \
    && python -m dapp.native.build

# A volume that is mounted there becomes its user's.
RUN useradd --system --create-home --home-dir /var/lib/redress redress \
    && install --directory --owner=redress /var/lib/redress/data
USER redress
WORKDIR /var/lib/redress
ENTRYPOINT ["redress"]
