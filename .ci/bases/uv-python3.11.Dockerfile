# stands in for ghcr.io/astral-sh/uv:python3.11-bookworm-slim
# uv upon Python, as https://github.com/astral-sh/uv builds it; uv itself is that of PyPI's wheel.
FROM python:3.11-slim
RUN pip install --no-cache-dir --no-compile --target=/tmp/uv uv==0.13.9 \
    && mv /tmp/uv/bin/uv /tmp/uv/bin/uvx /usr/local/bin/ && rm -r /tmp/uv
# The certificates that this machine trusts, not those that uv brings.
RUN mkdir /etc/uv && echo 'system-certs = true' > /etc/uv/uv.toml
ENV UV_TOOL_BIN_DIR="/usr/local/bin"
ENTRYPOINT []
CMD ["/usr/local/bin/uv"]
