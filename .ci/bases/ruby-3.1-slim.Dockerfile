# stands in for ruby:3.1-slim
#
# Ruby 3.1 of Debian in the layout of the official image: gems go to /usr/local/bundle. RubyGems is stood in for by a
# mirror in /usr/local/share/rubygems, whose gems are made from Debian's packages; Bundler's own configuration says that
# it is there instead of at https://rubygems.org. Debian's packages of gems stay in the first stage.

FROM debian:bookworm-slim AS mirror
RUN apt-get update && apt-get install -y --no-install-recommends ruby ruby-rails puma ruby-bcrypt ruby-bootsnap \
        ruby-kaminari ruby-rack-cors ruby-redcarpet ruby-sqlite3
COPY ruby-3.1-slim/gems.rb /usr/local/bin/
WORKDIR /mirror/gems
RUN ruby /usr/local/bin/gems.rb && cd .. && gem generate_index --quiet

FROM debian:bookworm-slim
# What the official image has been built with, and libxslt: the gem of Nokogiri would bring its own.
RUN apt-get update && apt-get install -y --no-install-recommends bundler ca-certificates libgmp-dev libxslt1.1 ruby ruby-dev \
        tzdata \
    && rm -rf /var/lib/apt/lists/*
ENV LANG=C.UTF-8
ENV RUBY_VERSION=3.1.2
COPY --from=mirror /mirror /usr/local/share/rubygems
ENV GEM_HOME=/usr/local/bundle
ENV BUNDLE_SILENCE_ROOT_WARNING=1 BUNDLE_APP_CONFIG="$GEM_HOME"
ENV PATH=$GEM_HOME/bin:$PATH
RUN mkdir "$GEM_HOME" && chmod 1777 "$GEM_HOME" \
    && bundle config set --global mirror.https://rubygems.org file:///usr/local/share/rubygems
CMD ["irb"]
