# syntax=docker/dockerfile:1
# Builds the node from the repository:  docker build -t mailpipeline .
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY global.json Directory.Build.props Directory.Build.targets Directory.Packages.props ./
COPY build build
COPY src src
COPY cluster-config/local cluster-config/local
RUN dotnet publish src/Pipeline.Node -c Release -o out

# Makes the certificates of a cluster:  docker build --target certificates .
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS certificates
RUN apt-get update && apt-get install -y --no-install-recommends openssl && rm -rf /var/lib/apt/lists/*
COPY packaging/certificates.sh /usr/local/bin/certificates.sh
RUN install -d -o 1654 -g 1654 -m 0700 /authority /certificates
USER 1654:1654
ENTRYPOINT ["/bin/sh", "-euc"]

# SpamAssassin's server, for the cluster of docker-compose.cluster.yml:  docker build --target spamd .
FROM debian:bookworm-slim AS spamd
RUN apt-get update && apt-get install -y --no-install-recommends spamassassin spamd && rm -rf /var/lib/apt/lists/*
USER debian-spamd
EXPOSE 7783
ENTRYPOINT ["/usr/sbin/spamd", "-x", "-i", "0.0.0.0", "-p", "7783", "-A", "0.0.0.0/0", "-s", "stderr"]

FROM mcr.microsoft.com/dotnet/aspnet:10.0 AS node
COPY --from=build /source/out /opt/mailpipeline
# 1654 is the user that the base image has for applications. A volume that is mounted here first becomes theirs.
RUN install -d -o 1654 -g 1654 -m 0750 /var/spool/mailpipeline /etc/mailpipeline \
 && ln -s /opt/mailpipeline/mailpipeline /usr/local/bin/mailpipeline
USER 1654:1654
ENV MAILPIPELINE_StoreDirectory=/var/spool/mailpipeline/store \
    DOTNET_EnableDiagnostics=0
VOLUME /var/spool/mailpipeline
# SMTP, submission, and the admin port. Ports below 1024 are the publisher's business: -p 25:2525
EXPOSE 2525 2587 8425
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=20s --start-period=60s --retries=3 CMD ["/opt/mailpipeline/mailpipeline", "health"]
ENTRYPOINT ["/opt/mailpipeline/mailpipeline"]
CMD ["run", "-C", "/etc/mailpipeline/mailpipeline.conf", "--node", "/etc/mailpipeline/node.json"]
