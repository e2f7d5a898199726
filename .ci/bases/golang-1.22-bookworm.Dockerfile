# stands in for golang:1.22-bookworm
#
# Go, with a folder that stands in for the proxy of modules. What is in it is made of the archive that Debian's source package
# has of the release, so its checksums are those that everybody gets.

FROM golang:1.22 AS proxy
RUN cd /etc/apt/sources.list.d && sed -i -e 's/^Types: deb$/Types: deb-src/' -e 's/^Suites: bookworm .*/Suites: trixie/' *.sources \
    && apt-get update && cd /tmp && apt-get source --download-only golang-github-google-uuid
COPY golang-1.22/module.py /tmp/
RUN python3 /tmp/module.py github.com/google/uuid v1.6.0 /tmp/*_1.6.0.orig.tar.gz /proxy

FROM golang:1.22
COPY --from=proxy /proxy /usr/local/share/goproxy
RUN sed -i -e 's|^GOPROXY=.*|GOPROXY=file:///usr/local/share/goproxy|' -e 's|^GOSUMDB=.*|GOSUMDB=off|' /usr/local/go/go.env
