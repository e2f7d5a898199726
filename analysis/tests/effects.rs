//! What commands read and write, seen from a COPY of the sources that stands above them.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use dfopt_analysis::Build;
use dfopt_analysis::effects::{Effects, is_costly};
use dfopt_syntax::Dockerfile;

fn with<T>(source: &str, look: impl FnOnce(&Build<'_>) -> T) -> T {
    let dockerfile = Dockerfile::parse(source.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{source}"));
    dockerfile.check().unwrap_or_else(|error| panic!("{error}\n{source}"));
    look(&Build::new(&dockerfile))
}

/// Whether a RUN may change places with a `COPY . .` into /app above it; `before` stands above both.
fn is_free(before: &str, run: &str) -> bool {
    let source = format!("FROM python:3.12\n{before}WORKDIR /app\nCOPY . .\nRUN {run}\n");
    with(&source, |build| {
        let run = build.dockerfile().instructions().len() - 1;
        !build.notices(run - 1, build.effects(run))
    })
}

fn check(before: &str, free: &[&str], bound: &[&str]) {
    let wrong_free: Vec<_> = free.iter().filter(|run| !is_free(before, run)).collect();
    let wrong_bound: Vec<_> = bound.iter().filter(|run| is_free(before, run)).collect();
    assert!(
        wrong_free.is_empty() && wrong_bound.is_empty(),
        "below\n{before}should be free: {wrong_free:#?}\nshould be bound: {wrong_bound:#?}"
    );
}

#[test]
fn package_managers_of_the_system() {
    check(
        "",
        &[
            "apt-get update && apt-get install -y --no-install-recommends curl=8.* g++ && rm -rf /var/lib/apt/lists/*",
            "DEBIAN_FRONTEND=noninteractive apt-get -qq -o Acquire::Retries=3 install -t bookworm-backports git",
            "apt-get install -y linux-headers-$(uname -r)",
            "sudo -E apt-get install -y curl",
            "/usr/bin/apt-get install -y curl",
            "apt-get install -y -o Dpkg::Options::=--force-confold curl",
            "apt-get install -y https://example.com/x.deb",
            "dpkg --add-architecture i386 && apt-get update",
            "apt-get install -y /tmp/x.deb",
            "dpkg -i /tmp/x.deb",
            "apt-get update && apt-get install -y $(cat /tmp/packages.txt)",
            "cat /tmp/packages.txt | xargs apt-get install -y",
            "xargs -a /tmp/packages.txt apt-get install -y",
            "echo 'deb https://example.com/ stable main' > /etc/apt/sources.list.d/x.list && apt-get update",
            "apk add --no-cache --virtual .deps gcc musl-dev && apk del .deps",
            "apk add --no-cache --repository=http://dl-cdn.alpinelinux.org/alpine/edge/testing x",
            "apk add -X https://example.com/main x",
            "dnf install -y --setopt=install_weak_deps=False git && dnf clean all",
            "yum -y install https://example.com/x.rpm && yum clean all && rm -rf /var/cache/yum",
            "microdnf install -y --nodocs git",
            "tdnf install -y git",
            "zypper --non-interactive install git",
            "pacman -Syu --noconfirm git",
            "rpm --import https://example.com/key",
            "apt-key adv --keyserver hkp://keyserver.ubuntu.com:80 --recv-keys ABC",
            "apt-key adv --keyserver keyserver.ubuntu.com --recv-keys ABC",
            "curl -fsSL https://deb.nodesource.com/setup_20.x | sudo -E bash - && apt-get install -y nodejs",
            "curl https://sh.rustup.rs -sSf | sh -s -- -y",
            "add-apt-repository -y ppa:deadsnakes/ppa",
            "apt-get install -y apache2 nginx php",
            "apt-get purge -y --auto-remove gcc",
            "ln -sf /usr/share/zoneinfo/UTC /etc/localtime && dpkg-reconfigure -f noninteractive tzdata",
        ],
        &[
            "apt-get install -y ./x.deb",
            "apt-get install -y *.deb",
            "apt-get install -y x.deb",
            "apt-get install -y ${NAME}.deb",
            "apt-get install -y /app/x.deb",
            "apt-get -c apt.conf install -y curl",
            "apt-get -c=apt.conf install -y curl",
            "apt-get -capt.conf install -y curl",
            "apt-get -o Dir::Etc=conf install -y curl",
            "apt-get -oDir::Etc=/app/conf install -y curl",
            "apt-get -o APT::Update::Pre-Invoke::=./x update",
            "apt-get -o DPkg::Post-Invoke::='make' install -y curl",
            "apt-get build-dep -y .",
            "apt-get build-dep -y ./",
            "apt-get source hello",
            "apt-get download hello",
            "apt-get frobnicate",
            "apt-get $ACTION x",
            "apt-get install -y $(cat packages.txt)",
            "apt-get install -y $(./packages.sh)",
            "xargs -a packages.txt apt-get install -y",
            "xargs apt-get install -y < packages.txt",
            "xargs rm",
            "dpkg -i x.deb",
            "dpkg -i ./*.deb",
            "dpkg --install $DEB",
            "dpkg-buildpackage",
            "apk add ./x.apk",
            "apk add x.apk",
            "apk --root . add x",
            "apk add -p /app x",
            "apk add --allow-untrusted --repository /app/repo x",
            "apk add --repositories-file=repos x",
            "apk add -X file:///app/repo x",
            "apk fetch x",
            "yum install -y x.rpm",
            "dnf --installroot=/app install -y x",
            "dnf --setopt=reposdir=/app/repos install -y x",
            "dnf builddep -y x.spec",
            "rpm -Uvh x.rpm",
            "rpm -i ./x.rpm",
            "zypper --reposd-dir repos in -y x",
            "pacman -U ./x.pkg.tar.zst",
            "pacman --root /app -S x",
            "apt-get install -y curl && make",
            "apt-get install -y curl; ./configure",
            "apt-get install -y curl < answers",
            "apt-get update > update.log",
            "apt-key add key.asc",
            "apt-key add /app/key.asc",
            "debconf-set-selections preseed",
            "PATH=/app/bin:$PATH apt-get install -y curl",
            "PATH=./bin apt-get install -y curl",
            "APT_CONFIG=apt.conf apt-get install -y curl",
            "APT_CONFIG=./apt.conf apt-get install -y curl",
            "export APT_CONFIG=apt.conf; apt-get install -y curl",
            "APT_CONFIG=apt.conf; export APT_CONFIG; apt-get install -y curl",
            "GOFLAGS=-modfile=x go install github.com/a/b@v1",
            "sudo APT_CONFIG=apt.conf apt-get install -y curl",
            "export PATH=/app/bin:$PATH && apt-get install -y curl",
            "export LD_PRELOAD=./x.so; apt-get install -y curl",
            "env -C / apt-get install -y curl",
            "env -S 'apt-get install' curl",
            "./apt-get install -y curl",
            "/app/bin/apt-get install -y curl",
            "sh -c 'apt-get install -y curl'",
            "eval apt-get install -y curl",
            "apt-get() { make; }; apt-get install -y curl",
            "alias apt-get=make; apt-get install -y curl",
            "for f in *.deb; do apt-get install -y curl; done",
            "[ -f Makefile ] && apt-get install -y make",
            "test -e setup.py || apt-get install -y x",
            "if [ -d /app/x ]; then apt-get install -y x; fi",
            "cd sub && apt-get install -y x",
            ". ./env && apt-get install -y x",
            "trap 'rm -rf *' EXIT; apt-get install -y x",
        ],
    );
    check("ENV APT_CONFIG=/app/apt.conf\n", &[], &["apt-get install -y curl"]);
    check("ENV PATH=/app/bin:$PATH\n", &[], &["apt-get install -y curl", "mkdir /x"]);
    check("ENV PATH=/opt/bin:$PATH:$JAVA_HOME/bin\n", &["apt-get install -y curl"], &[]);
    check("ENV PATH=bin:$PATH\n", &[], &["apt-get install -y curl"]);
    check("ARG HERE\nENV PATH=$HERE/bin:$PATH\n", &[], &["apt-get install -y curl"]);
    check("ENV LD_LIBRARY_PATH=/usr/lib/x:$LD_LIBRARY_PATH\n", &["apt-get install -y curl"], &[]);
    check("ENV LD_LIBRARY_PATH=/app/lib:$LD_LIBRARY_PATH\n", &[], &["apt-get install -y curl"]);
    check(
        "ENV PACKAGES=\"curl git\" LOCAL=\"./x.deb curl\"\n",
        &["apt-get install -y $PACKAGES", "apt-get install -y $UNSET_HERE"],
        &["apt-get install -y $LOCAL", "PACKAGES=./y.deb; dpkg -i $PACKAGES"],
    );
    check(
        "RUN ln -s /app/ca.crt /usr/local/share/ca-certificates/ca.crt\n",
        &[],
        &["apt-get install -y curl"],
    );
    check("RUN ln -s ../app /etc/app\n", &[], &["apt-get install -y curl"]);
    check("RUN ln -s /opt/x/bin/x /usr/bin/x\n", &["apt-get install -y curl"], &[]);
}

#[test]
fn tools_that_install_by_name() {
    check(
        "RUN useradd -m web\n",
        &[
            "npm install -g pnpm@9 @angular/cli",
            "npm i -g --no-fund yarn; npm install --global x",
            "corepack enable",
            "gem install bundler -v 2.5.0 --no-document",
            "go install github.com/a/b/cmd/c@v1.2.3",
            "composer global require --no-interaction x/y",
            "docker-php-ext-install -j$(nproc) pdo_mysql zip",
            "docker-php-ext-configure gd --with-freetype --with-jpeg=/usr/include",
            "pecl install xdebug-3.1.0 && docker-php-ext-enable xdebug",
            "install-php-extensions gd",
            "a2enmod rewrite",
            "conda install -y -c conda-forge numpy && conda clean -afy",
        ],
        &[
            // What the current folder may configure cannot be told without a context.
            "pip install requests",
            "python -m pip install requests",
            "python -m venv /opt/venv",
            "pip install -r requirements.txt",
            "pip install -rrequirements.txt",
            "pip install --requirement=requirements.txt",
            "pip install -c constraints.txt x",
            "pip install .",
            "pip install ./x",
            "pip install -e .",
            "pip install x.whl",
            "pip install dist/*.whl",
            "pip install x @ file:///app/x",
            "pip install -t . x",
            "pip install --target=lib x",
            "pip install --find-links wheels x",
            "pip install --frobnicate x",
            "pip install $X",
            "pip install",
            "python -m build",
            "python -m touch /x",
            "python setup.py install",
            "npm install",
            "npm ci",
            "npm install x",
            "npm install -g",
            "npm install -g .",
            "npm install -g ./x",
            "npm install -g x.tgz",
            "npm install -g --prefix . x",
            "npm config set x y --location=project",
            "npm run build",
            "yarn global add x",
            "yarn install",
            "pnpm add -g x",
            "corepack prepare",
            "corepack install",
            "gem install x.gem",
            "gem install",
            "gem build x.gemspec",
            "bundle install",
            "bundle config set --local path vendor",
            "go install ./cmd/x",
            "go install github.com/a/b",
            "go build ./...",
            "cargo install x",
            "cargo install --path .",
            "rustup target add x",
            "composer install",
            "composer require x/y",
            "mix local.hex --force",
            "dotnet tool install -g x",
            "dotnet tool install x",
            "poetry config --local x y",
            "uv pip install x",
            "uv venv",
            "virtualenv",
            "virtualenv .venv",
            "pecl install x.tgz",
            "pecl install ./x",
        ],
    );
    check("ENV VIRTUAL_ENV=/app/venv\n", &[], &["gem install x && pip install x"]);
    check(
        "ENV HOME=/app\n",
        &[],
        &["npm install -g x", "gem install x", "curl -o /x https://a/b", "mkdir -p ~/.config"],
    );
    check("ENV NPM_CONFIG_USERCONFIG=npmrc\n", &["gem install x"], &["npm install -g x"]);
    check("ENV COMPOSER=x.json\n", &["gem install x"], &["composer global require x/y"]);
    check("ENV CARGO_X=y GEM_X=y\n", &[], &["gem install x"]);
    check(
        "ENV NODE_ENV=production PYTHONUNBUFFERED=1 NPM_CONFIG_LOGLEVEL=warn GEM_X=true DEBIAN_FRONTEND=noninteractive\n",
        &[
            "npm install -g x",
            "gem install x",
            "apt-get install -y curl",
            "GOOS=linux go install github.com/a/b@v1",
        ],
        &[],
    );
    check("ENV NODE_EXTRA_CA_CERTS=/app/ca.pem\n", &["gem install x"], &["npm install -g x"]);
    check("ENV GEM_HOME=/app/gems\n", &[], &["gem install x"]);
    check("RUN useradd -d /app web\nUSER web\n", &[], &["npm install -g x", "curl -o /tmp/x https://a/b"]);
    check("RUN useradd --home-dir=/app web\nUSER web\n", &[], &["npm install -g x"]);
    check("RUN useradd -m web\nUSER web\n", &["npm install -g x", "mkdir -p ~/.config"], &[]);
    check("USER stranger\n", &[], &["npm install -g x", "mkdir ~/x"]);
}

#[test]
fn commands_for_files() {
    check(
        "",
        &[
            "mkdir -p /data/x && chown -R 1000:1000 /data && chmod 755 /data/x",
            "mkdir -p -m 700 ~/.ssh && ssh-keyscan github.com >> ~/.ssh/known_hosts",
            "rm -rf /tmp/* /var/tmp/*",
            "touch /var/log/x.log",
            "ln -s /usr/bin/python3 /usr/bin/python",
            "cp /etc/x /etc/y && mv /etc/y /etc/z",
            "install -d -o root -m 755 /data",
            "sed -i 's/a/b/g; /x/d' /etc/apt/sources.list",
            "sed -i.bak -e 's|http://[a-z]*|https://x|' -e '$a end' /etc/x",
            "sed -i \"s/x/$VALUE/\" /etc/x",
            "curl -fsSL https://example.com/x.tar.gz | tar -xz -C /opt/x --strip-components=1",
            "curl -sSLo /usr/local/bin/x https://example.com/x && chmod +x /usr/local/bin/x",
            "wget -qO /usr/local/bin/x https://example.com/x",
            "wget -qO- https://example.com/x | gunzip > /opt/x/x",
            "cd /tmp && wget https://example.com/x.zip && unzip x.zip && rm x.zip",
            "cd /tmp && curl -O https://example.com/x.tgz && tar xzf x.tgz",
            "(cd /tmp && true) && mkdir /y",
            "echo \"abc  /tmp/x\" | sha256sum -c -",
            "git clone --depth 1 -b v1 https://github.com/a/b.git /opt/b",
            "git config --global user.name x",
            "useradd -r -u 1001 -g root web",
            "groupadd -g 10001 web && useradd -u 10001 -g web -m -s /bin/bash web",
            "adduser -D -h /data web",
            "find /usr -name '*.pyc' -delete",
            "find /usr/lib -type f -exec chmod 644 {} +",
            "command -v node && which python && uname -a && id -u",
            "echo hello && printf '%s' x && true && : && sleep 1 && date",
            "test -f /etc/x && [ -n \"$X\" ]",
            "set -eux; export A=b; umask 022",
            "ldconfig && update-ca-certificates && locale-gen en_US.UTF-8",
            "update-alternatives --install /usr/bin/python python /usr/bin/python3 1",
            "openssl req -x509 -newkey rsa:2048 -days 3 -subj /CN=x -keyout /etc/ssl/x.key -out /etc/ssl/x.crt",
            "curl -fsSL https://example.com/key | gpg --dearmor -o /usr/share/keyrings/x.gpg",
            ". /etc/os-release && echo $VERSION_CODENAME",
            "awk '{print $1}' /etc/passwd",
            "grep -q '^x:' /etc/passwd",
            "for p in a b; do echo $p; done",
            "cat /etc/x | tee /etc/y > /dev/null 2>&1",
        ],
        &[
            "mkdir x",
            "mkdir -p /app/x",
            "mkdir -p /app",
            "mkdir -p /tmp/../app/x",
            "mkdir -p $DIR",
            "mkdir -p /data/../$DIR ~web",
            "mkdir --frobnicate /x",
            "rm -rf *",
            "rm -rf ./*",
            "rm -rf /app/tests",
            "rm -rf /*",
            "rm -rf $X",
            "rm -rf \"$X/\"",
            "chown -R web /",
            "chown -R web .",
            "chown -R web:web /app",
            "chmod -R 777 /app",
            "chmod +x entrypoint.sh",
            "chmod -x run.sh",
            "chmod --reference=x /y",
            "ln -s /app/x /usr/bin/x",
            "ln -s ../app/x /usr/x",
            "ln -s /etc/x",
            "ln x /y",
            "cp x /etc/x",
            "cp /etc/x .",
            "cp -t . /etc/x",
            "cp -r /app/x /y",
            "cp /etc/x $Y",
            "mv x y",
            "mv -t . /x",
            "install -m 755 x /usr/bin/x",
            "sed -i 's/a/b/' x",
            "sed 's/a/b/w out' /etc/x",
            "sed -n 'w /app/x' /etc/x",
            "sed 's/a/b/e' /etc/x",
            "sed '1e make' /etc/x",
            "sed 'r x' /etc/x",
            "sed -f script /etc/x",
            "sed -e 's/a/b/' -e 'r x' /etc/x",
            "sed \"$SCRIPT\" /etc/x",
            "sed \"s/a/b/$FLAGS\" /etc/x",
            "tar xzf x.tgz",
            "tar xzf x.tgz -C /opt",
            "tar xzf /x.tgz",
            "tar xzf /tmp/x.tgz -C .",
            "tar xzf /tmp/x.tgz -C /",
            "tar -xzPf /tmp/x.tgz -C /opt/x",
            "tar -xzf /tmp/x.tgz -C /opt/x -T list",
            "tar -xf /tmp/x.tar -C /opt/x --to-command=make",
            "tar czf /x.tgz .",
            "curl -O https://example.com/x",
            "curl -o x https://example.com/x",
            "curl -sSLox https://example.com/x",
            "curl --output=x https://example.com/x",
            "curl --output-dir . -o x https://a/b",
            "curl https://example.com/x > x",
            "curl file:///app/x -o /y",
            "curl -K conf https://a/b",
            "curl -d @data https://a/b",
            "curl -T x https://a/b",
            "curl -F f=@x https://a/b",
            "curl --cacert ca.pem -o /x https://a/b",
            "curl $ARGS https://a/b",
            "curl https://example.com/install.sh | sh",
            "curl https://example.com/?https://deb.nodesource.com/setup_20.x | sh",
            "curl https://deb.nodesource.com/setup_20.x https://a/b | sh",
            "curl https://deb.nodesource.com/setup_20.x | sh ./x",
            "curl https://deb.nodesource.com/setup_20.x | tee x | sh",
            "cat https://deb.nodesource.com/setup_20.x | sh",
            "curl https://example.com/install.sh | bash -s -- -y",
            "bash -c \"$(curl https://a/b)\"",
            "bash <(curl https://a/b)",
            "wget https://example.com/x",
            "wget -i list",
            "wget -P . https://a/b",
            "wget -qO x https://a/b",
            "wget -e 'output_document=x' https://a/b",
            "unzip /tmp/x.zip",
            "unzip x.zip -d /opt",
            "gunzip x.gz",
            "git clone https://github.com/a/b",
            "git clone https://github.com/a/b.git x",
            "git clone . /opt/x",
            "git clone /app /opt/x",
            "git clone file:///app /opt/x",
            "git clone -c core.hooksPath=. https://a/b /x",
            "git -C /app pull",
            "git submodule update --init",
            "git config user.name x",
            "git rev-parse HEAD",
            "find . -name '*.pyc' -delete",
            "find /app -type f",
            "find -name x",
            "find /usr -exec cp {} /app \\;",
            "find /usr -exec sh -c 'make' \\;",
            "find /usr -fprint x",
            "find /usr -newer x",
            "find /usr -exec rm {} x/y \\;",
            "sha256sum -c sums",
            "sha256sum -c",
            "echo \"abc  x\" | sha256sum -c -",
            "echo \"$SUM $FILE\" | sha256sum -c -",
            "useradd -d /app web",
            "useradd --home-dir /app/home web",
            "adduser --home=/app web",
            "useradd -d $DIR web",
            "cd x",
            "cd /app/x && mkdir y",
            "cd && mkdir app",
            "cd - && mkdir y",
            "cd /tmp && cd ../app && mkdir y",
            "cd /tmp || cd /x; mkdir y",
            "cd /tmp || true; mkdir y",
            "true && cd /tmp; mkdir y",
            "cd /tmp & mkdir y",
            "(cd /tmp && tar xzf x.tgz) && mkdir /y",
            "(cd /tmp) && mkdir y",
            "cd /tmp | true && mkdir y",
            "pushd /tmp && mkdir y",
            "ls",
            "ls -la .",
            "cat x",
            "cat < x",
            "cat <<< x > y",
            "tee x < /dev/null",
            "echo x > y",
            "echo x >> /app/y",
            "echo x > /dev/../app/y",
            "echo x > $Y",
            "echo x &> y",
            "echo *",
            "echo x/*",
            "printf '%s' *.txt",
            "for f in *; do echo $f; done",
            "[ -f x ]",
            "[ -f $X ]",
            "test x -nt /y",
            "test -d /app/x",
            "[[ -f x ]]",
            "awk '{print > \"x\"}' /etc/x",
            "awk '{system(\"make\")}' /etc/x",
            "awk -f script /etc/x",
            "awk '{print}' x",
            "grep -r x .",
            "grep x *",
            "grep -f patterns /etc/x",
            "while read x; do rm $x; done < list",
            "export X=$(cat version)",
            "X=$(make version)",
            "X=`make`",
            "exec make",
            "make",
            "./x",
            "node x.js",
            "python x.py",
            "openssl rand -out x 10",
            "gpg --import key.asc",
            "f() { rm -rf x; }; cd / && f",
            "echo hi | sh",
            "true; unknown-program",
            "ldconfig /app/lib",
            "setcap cap_net_bind_service=+ep server",
            "a2ensite /app/x.conf",
            "sort -o x /etc/x",
            "locale-gen $X",
        ],
    );
}

#[test]
fn bash_reads_more() {
    let before = "SHELL [\"/bin/bash\", \"-c\"]\n";
    check(
        before,
        &["mkdir /x"],
        &["[[ -f x ]] && mkdir /y", "bash <(curl https://a/b)", "echo ${!X} {a,b} > x", "((X = 1)); mkdir y"],
    );
}

#[test]
fn web_servers_put_pages_into_their_folder() {
    let source = |run: &str| format!("FROM php:8-apache\nCOPY . /var/www/html\nRUN {run}\n");
    let is_free = |run: &str| with(&source(run), |build| !build.notices(1, build.effects(2)));
    for run in ["apt-get install -y libzip-dev git && docker-php-ext-install zip", "a2enmod rewrite"] {
        assert!(is_free(run), "{run}");
    }
    for run in [
        "apt-get install -y nginx",
        "apk add lighttpd",
        "yum install -y httpd",
        "apt-get install -y php",
        "apt-get install -y $X",
    ] {
        assert!(!is_free(run), "{run}");
    }
}

#[test]
fn variables_and_the_working_directory_count() {
    let effects = |before: &str, run: &str| {
        let source = format!("FROM node:20\nWORKDIR /app\n{before}\nRUN {run}\n");
        with(&source, |build| (build.effects(2).clone(), build.effects(3).clone()))
    };
    let conflict = |before: &str, run: &str| {
        let (before, run): (Effects, Effects) = effects(before, run);
        before.conflict(&run)
    };
    for (before, run) in [
        ("ENV HTTP_PROXY=x", "apt-get update"),
        ("ARG MIRROR=x", "npm install -g y"),
        ("ENV X=/y", "mkdir $X"),
        ("ENV X=/y", "echo $((X + 1))"),
        ("WORKDIR /other", "mkdir y"),
        ("WORKDIR /other", "echo x > y"),
        ("WORKDIR /other", "echo $PWD"),
        ("WORKDIR /other", "npm config set x y"),
        ("USER web", "mkdir /y"),
        ("SHELL [\"/bin/bash\", \"-c\"]", "mkdir /y"),
    ] {
        assert!(conflict(before, run), "{before} {run}");
    }
    for (before, run) in [
        ("ARG GIT_COMMIT", "apt-get update"),
        ("LABEL a=b", "apt-get update"),
        ("ENV X=y", "mkdir /y"),
        ("WORKDIR /other", "apt-get update"),
        ("WORKDIR /other", "mkdir /y"),
        ("EXPOSE 80", "apt-get update"),
        ("CMD x", "apt-get update"),
    ] {
        assert!(!conflict(before, run), "{before} {run}");
    }
}

#[test]
fn accounts_that_are_added_change_no_others() {
    let notices = |run: &str| {
        let source = format!("FROM node:20\nCOPY --chown=node . /app\nRUN {run}\n");
        with(&source, |build| build.notices(1, build.effects(2)))
    };
    assert!(!notices("apt-get install -y curl") && !notices("useradd web"));
    assert!(notices("usermod -u 5 node") && notices("userdel node"));
    // What knows an account must stay below what makes it.
    let source = "FROM node:20\nRUN useradd web\nCOPY --chown=web x /x\n";
    assert!(with(source, |build| build.notices(1, build.effects(2))));
}

#[test]
fn what_is_costly() {
    let costly = |run: &str| {
        with(&format!("FROM a\nRUN {run}\n"), |build| {
            build.shell_code(1).unwrap().invocations().iter().any(is_costly)
        })
    };
    for run in [
        "apt-get install -y x",
        "pip install x",
        "npm i -g x",
        "curl https://a",
        "git clone https://a /b",
        "pacman -Sy x",
    ] {
        assert!(costly(run), "{run}");
    }
    for run in
        ["mkdir x", "useradd x", "a2enmod x", "apt-get clean", "git config --global a b", "corepack enable"]
    {
        assert!(!costly(run), "{run}");
    }
}
