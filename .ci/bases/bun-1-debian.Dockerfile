# stands in for oven/bun:1-debian
# npm's package of Bun for processors without AVX2, as the official image has it: with an entrypoint, and a user.
FROM node:20-slim AS npm
RUN npm pack @oven/bun-linux-x64-baseline@1.4.5 && tar xzf *.tgz && cp /usr/local/etc/npmrc .npmrc

FROM debian:bookworm-slim
RUN groupadd bun --gid 1000 && useradd bun --uid 1000 --gid bun --shell /bin/sh --create-home
COPY --from=npm /package/bin/bun /usr/local/bin/
# The registry that this machine uses.
COPY --from=npm /.npmrc /root/
COPY --chmod=755 bun-1/docker-entrypoint.sh /usr/local/bin/
RUN ln -s /usr/local/bin/bun /usr/local/bin/bunx
ENV BUN_RUNTIME_TRANSPILER_CACHE_PATH=0 BUN_INSTALL_BIN=/usr/local/bin
WORKDIR /home/bun/app
ENTRYPOINT ["/usr/local/bin/docker-entrypoint.sh"]
CMD ["/usr/local/bin/bun"]
