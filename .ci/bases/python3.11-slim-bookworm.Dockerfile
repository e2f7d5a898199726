# stands in for python:3.11-slim-bookworm
# The same image as python:3.11-slim. Poetry and pipenv trust the certificates that they bring; here, those
# of this machine.
FROM python:3.11-slim
ENV REQUESTS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt
