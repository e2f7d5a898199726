# stands in for composer:2
#
# Debian's Composer as one file, as people copy it: `COPY --from=composer:2 /usr/bin/composer /usr/bin/composer`.

FROM debian:bookworm-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends composer
COPY composer-2/phar.php /build/
RUN php -d phar.readonly=0 /build/phar.php

FROM scratch
COPY --from=build /build/composer.phar /usr/bin/composer
CMD ["composer"]
