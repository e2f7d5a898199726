# stands in for rust:1-slim
# Debian's Rust for its browsers: the only one of bookworm that is new enough for today's crates. The official
# image has rustup's below /usr/local; what is installed with Cargo lies in the same place here.
FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates cargo-web gcc libc6-dev rustc-web \
    && rm -rf /var/lib/apt/lists/* \
    && mkdir -p /usr/local/cargo/bin /usr/local/rustup \
    && chmod -R a+w /usr/local/cargo /usr/local/rustup
ENV RUSTUP_HOME=/usr/local/rustup \
    CARGO_HOME=/usr/local/cargo \
    PATH=/usr/local/cargo/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
