//! The shell code of RUN, CMD, ENTRYPOINT and HEALTHCHECK: POSIX sh and bash, parsed with byte spans.
