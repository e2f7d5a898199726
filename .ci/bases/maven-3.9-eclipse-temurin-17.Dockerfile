# stands in for maven:3.9-eclipse-temurin-17
#
# Maven 3.8 and OpenJDK 17 of Debian. Maven Central is stood in for by Debian's repository of the libraries and plugins
# that are installed here: the global settings say that it is there. What a build needs is taken from there into
# ~/.m2/repository, as from Central.

FROM debian:bookworm-slim
RUN mkdir -p /usr/share/man/man1 && apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates ca-certificates-java maven openjdk-17-jdk-headless \
        junit4 libcommons-csv-java libcommons-lang3-java libjackson2-databind-java libmaven-clean-plugin-java \
        libmaven-compiler-plugin-java libmaven-dependency-plugin-java libmaven-deploy-plugin-java \
        libmaven-install-plugin-java libmaven-jar-plugin-java libmaven-resources-plugin-java \
        libmaven-shade-plugin-java libmaven-site-plugin-java libslf4j-java libsurefire-java \
    && rm -rf /var/lib/apt/lists/* && mkdir -p /opt/java && ln -s /usr/lib/jvm/java-17-openjdk-* /opt/java/openjdk
ENV JAVA_HOME=/opt/java/openjdk MAVEN_HOME=/usr/share/maven MAVEN_CONFIG=/root/.m2 LANG=C.UTF-8
COPY maven-3.9/settings.xml /etc/maven/settings.xml
CMD ["mvn"]
