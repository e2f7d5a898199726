//! Databases and queues. Their entrypoints give root up where they are started with it.

use super::row::*;

const BITNAMI: &[Variant] = &[on(DEBIAN).as_user(user_of_root("1001", 1001)).runs(&["/run.sh"])];

/// Gives root up in its entrypoint, by `gosu`, `su-exec` or `setpriv`.
const fn drops(families: &'static [Family], command: &'static [&'static str]) -> Variant {
    on(families).entrypoint(Entrypoint::DropsRoot).runs(command)
}

/// Sources: the entrypoints in docker-library/{cassandra,ghost,mongo,mysql,postgres,rabbitmq,redis},
/// MariaDB/mariadb-docker, influxdata/influxdata-docker, hashicorp/docker-vault, hashicorp/docker-consul,
/// 31z4/zookeeper-docker, apache/solr-docker (not root), bitnami/containers.
pub(super) const IMAGES: &[Image] = &[
    image("bitnami/mariadb", BITNAMI),
    image("bitnami/memcached", BITNAMI),
    image("bitnami/mongodb", BITNAMI),
    image("bitnami/mysql", BITNAMI),
    image("bitnami/postgresql", BITNAMI),
    image("bitnami/rabbitmq", BITNAMI),
    image("bitnami/redis", BITNAMI),
    image(
        "cassandra",
        &[drops(&[Family::Debian, Family::Ubuntu], &["cassandra", "-f"])
            .ports(&[7000, 7001, 7199, 9042, 9160])],
    ),
    image("consul", &[drops(ALPINE, &["agent", "-dev", "-client", "0.0.0.0"])]),
    image("elasticsearch", &[drops(&[Family::Ubuntu, Family::RedHat], &[]).ports(&[9200, 9300])]),
    image("ghost", &[drops(DEBIAN_ALPINE, &["node", "current/index.js"]).ports(&[2368])]),
    image("hashicorp/consul", &[drops(ALPINE, &["agent", "-dev", "-client", "0.0.0.0"])]),
    image("hashicorp/vault", &[drops(ALPINE, &["server", "-dev"]).ports(&[8200])]),
    image("influxdb", &[drops(DEBIAN_ALPINE, &["influxd"]).ports(&[8086])]),
    image("mariadb", &[drops(&[Family::Ubuntu, Family::RedHatMinimal], &["mariadbd"]).ports(&[3306])]),
    image("mongo", &[drops(&[Family::Ubuntu, Family::Debian, Family::Windows], &["mongod"]).ports(&[27017])]),
    image("mysql", &[drops(&[Family::RedHatMinimal, Family::Debian], &["mysqld"]).ports(&[3306, 33060])]),
    image("pgvector/pgvector", &[drops(DEBIAN, &["postgres"]).ports(&[5432])]),
    image("postgis/postgis", &[drops(DEBIAN_ALPINE, &["postgres"]).ports(&[5432])]),
    image("postgres", &[drops(DEBIAN_ALPINE, &["postgres"]).ports(&[5432])]),
    image(
        "rabbitmq",
        &[drops(&[Family::Ubuntu, Family::Debian, Family::Alpine], &["rabbitmq-server"])
            .ports(&[4369, 5671, 5672, 25672])],
    ),
    image("redis", &[drops(DEBIAN_ALPINE, &["redis-server"]).ports(&[6379])]),
    image("timescale/timescaledb", &[drops(ALPINE, &["postgres"]).ports(&[5432])]),
    image("valkey/valkey", &[drops(DEBIAN_ALPINE, &["valkey-server"]).ports(&[6379])]),
    image("vault", &[drops(ALPINE, &["server", "-dev"]).ports(&[8200])]),
    image(
        "zookeeper",
        &[drops(&[Family::Ubuntu, Family::Debian, Family::Alpine], &["zkServer.sh", "start-foreground"])],
    ),
];
