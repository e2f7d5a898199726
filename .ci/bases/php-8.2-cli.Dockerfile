# stands in for php:8.2-cli
#
# PHP 8.2 of Debian where the official image has it. Packagist and GitHub are stood in for by archives in
# /usr/local/share/packagist, made from Debian's packages; Composer's own configuration says that they are its cache of
# what is in https://api.github.com.

FROM debian:bookworm-slim AS mirror
RUN apt-get update && apt-get install -y --no-install-recommends php-cli php-zip \
        php-doctrine-dbal php-league-commonmark php-monolog php-nesbot-carbon php-ramsey-uuid php-symfony-console \
        php-symfony-dotenv php-symfony-http-kernel php-symfony-process php-symfony-routing php-symfony-yaml php-twig
COPY php-8.2-cli/packages.tsv php-8.2-cli/archives.php /
RUN php /archives.php

FROM debian:bookworm-slim
# Debian has intl for what Composer brings along in PHP.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates curl php-cli php-curl php-intl php-mbstring \
        php-sqlite3 php-xml xz-utils \
    && rm -rf /var/lib/apt/lists/* && ln -s /usr/bin/php /usr/local/bin/php
ENV PHP_VERSION=8.2 PHP_INI_DIR=/etc/php/8.2/cli
COPY --from=mirror /mirror /usr/local/share/packagist
COPY php-8.2-cli/config.json /root/.composer/config.json
CMD ["php", "-a"]
