//! Servers and tools that are started as they are.

use super::row::*;

const JENKINS: User = user("jenkins", 1000).home("/var/jenkins_home");
const AGENT: User = user("jenkins", 1000).home("/home/jenkins");
const BITNAMI: &[Variant] = &[on(DEBIAN).as_user(user_of_root("1001", 1001)).runs(&["/run.sh"])];
const NOBODY: User = User { group: "nobody", ..user("nobody", 65534) };
const PROMETHEUS: &[Variant] = &[on(&[Family::BusyBox]).as_user(NOBODY).runs(&[])];
const SELENIUM: &[Variant] = &[on(UBUNTU)
    .as_user(User { gid: 1201, ..user("seluser", 1200) }.home("/home/seluser"))
    .runs(&["/opt/bin/entry_point.sh"])
    .when(&[When::From(4, 0)])];
const DIND: Variant = on(ALPINE).entrypoint(Entrypoint::NeedsRoot).runs(&["dockerd"]);
const NGINX: &[&str] = &["nginx", "-g", "daemon off;"];
const TOMCAT: Variant = on(&[Family::Ubuntu, Family::Debian, Family::Alpine, Family::AmazonLinux])
    .runs(&["catalina.sh", "run"])
    .ports(&[8080])
    .writable(&["/usr/local/tomcat/logs", "/usr/local/tomcat/temp", "/usr/local/tomcat/work"]);
const GRAFANA: &[Variant] = &[on(&[Family::Alpine, Family::Ubuntu])
    .as_user(user_of_root("grafana", 472))
    .runs(&["/run.sh"])
    .ports(&[3000])
    .when(&[When::From(7, 3)])];

/// Sources: docker-library/haproxy (`content.md`: not root from 2.4 on), docker-library/memcached,
/// docker-library/tomcat#35, docker-library/httpd (its logs are root's), docker-library/docker,
/// docker-library/wordpress, nginx/docker-nginx, nginx/docker-nginx-unprivileged, caddyserver/caddy-docker,
/// openresty/docker-openresty, jenkinsci/docker, jenkinsci/docker-agents, SeleniumHQ/docker-selenium (`Base`),
/// grafana/grafana (`Dockerfile`), prometheus/prometheus (`Dockerfile`), bitnami/containers (`bitnami/redis`).
pub(super) const IMAGES: &[Image] = &[
    image("bitnami/apache", BITNAMI),
    image("bitnami/kafka", BITNAMI),
    image("bitnami/nginx", BITNAMI),
    image("bitnami/tomcat", BITNAMI),
    image("bitnami/zookeeper", BITNAMI),
    image(
        "caddy",
        &[
            unknown(&[When::Word(&["builder"])]),
            on(&[Family::Alpine, Family::Windows])
                .runs(&["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"])
                .ports(&[80, 443, 2019])
                .when(&[When::From(2, 0)]),
        ],
    ),
    image(
        "docker",
        &[
            DIND.as_user(user("rootless", 1000).home("/home/rootless")).when(&[When::Word(&["rootless"])]),
            DIND,
        ],
    ),
    image("gitlab/gitlab-ce", &[on(UBUNTU).entrypoint(Entrypoint::NeedsRoot).runs(&["/assets/wrapper"])]),
    image("grafana/grafana", GRAFANA),
    image("grafana/grafana-oss", GRAFANA),
    image(
        "haproxy",
        &[
            on(DEBIAN_ALPINE)
                .as_user(user("haproxy", 99))
                .runs(&["haproxy", "-f", "/usr/local/etc/haproxy/haproxy.cfg"])
                .when(&[When::From(2, 4)]),
            on(DEBIAN_ALPINE)
                .entrypoint(Entrypoint::DropsRoot)
                .runs(&["haproxy", "-f", "/usr/local/etc/haproxy/haproxy.cfg"])
                .when(&[When::Before(2, 4)]),
        ],
    ),
    image(
        "httpd",
        &[on(DEBIAN_ALPINE).entrypoint(Entrypoint::DropsRoot).runs(&["httpd-foreground"]).ports(&[80])],
    ),
    image(
        "jenkins",
        &[on(DEBIAN_ALPINE).as_user(JENKINS).runs(&["/usr/local/bin/jenkins.sh"]).ports(&[8080, 50000])],
    ),
    image("jenkins/agent", &[on(&[Family::Debian, Family::Alpine]).as_user(AGENT)]),
    image(
        "jenkins/inbound-agent",
        &[on(&[Family::Debian, Family::Alpine]).as_user(AGENT).runs(&["/usr/local/bin/jenkins-agent"])],
    ),
    image(
        "jenkins/jenkins",
        &[on(&[Family::Debian, Family::Alpine, Family::RedHat])
            .as_user(JENKINS)
            .runs(&["/usr/local/bin/jenkins.sh"])
            .ports(&[8080, 50000])],
    ),
    image("jwilder/nginx-proxy", &[on(DEBIAN_ALPINE).entrypoint(Entrypoint::NeedsRoot).ports(&[80])]),
    image(
        "memcached",
        &[on(DEBIAN_ALPINE).as_user(user("memcache", 11211)).runs(&["memcached"]).ports(&[11211])],
    ),
    image("nginx", &[on(DEBIAN_ALPINE).entrypoint(Entrypoint::DropsRoot).runs(NGINX).ports(&[80])]),
    image(
        "nginxinc/nginx-unprivileged",
        &[on(DEBIAN_ALPINE).as_user(user("nginx", 101)).runs(NGINX).ports(&[8080])],
    ),
    image("nginxproxy/nginx-proxy", &[on(DEBIAN_ALPINE).entrypoint(Entrypoint::NeedsRoot).ports(&[80])]),
    image(
        "openresty/openresty",
        &[on(&[Family::Debian, Family::Ubuntu, Family::Alpine, Family::RedHat])
            .entrypoint(Entrypoint::DropsRoot)
            .runs(&["openresty", "-g", "daemon off;"])
            .ports(&[80])],
    ),
    image("prom/alertmanager", PROMETHEUS),
    image("prom/node-exporter", PROMETHEUS),
    image("prom/prometheus", PROMETHEUS),
    image("prom/pushgateway", PROMETHEUS),
    image("quay.io/prometheus/alertmanager", PROMETHEUS),
    image("quay.io/prometheus/node-exporter", PROMETHEUS),
    image("quay.io/prometheus/prometheus", PROMETHEUS),
    image("selenium/base", SELENIUM),
    image("selenium/hub", SELENIUM),
    image("selenium/node-*", SELENIUM),
    image("selenium/standalone-*", SELENIUM),
    image(
        "tomcat",
        &[
            TOMCAT.when(&[When::From(8, 5), When::Word(&["alpine", "corretto", "slim", "temurin"])]),
            // These were on Oracle Linux.
            unknown(&[When::Word(&["jdk12", "jdk13", "jdk14", "jdk15", "jdk16", "jdk17", "openjdk"])]),
            Variant { families: &[Family::Ubuntu, Family::Debian], ..TOMCAT }.when(&[When::From(8, 5)]),
        ],
    ),
    image(
        "wordpress",
        &[
            on(ALPINE).as_user(user("www-data", 82)).runs(&["wp", "shell"]).when(&[When::Word(&["cli"])]),
            on(DEBIAN_ALPINE)
                .entrypoint(Entrypoint::DropsRoot)
                .runs(&["php-fpm"])
                .ports(&[9000])
                .when(&[When::Word(&["fpm"])]),
            on(DEBIAN).entrypoint(Entrypoint::DropsRoot).runs(&["apache2-foreground"]).ports(&[80]),
        ],
    ),
];
