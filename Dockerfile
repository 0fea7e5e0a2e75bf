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

# rspamd, for the cluster of docker-compose.cluster.yml:  docker build --target rspamd .
FROM debian:bookworm-slim AS rspamd
RUN apt-get update && apt-get install -y --no-install-recommends rspamd ca-certificates && rm -rf /var/lib/apt/lists/* \
 && install -d -o _rspamd -g _rspamd -m 0750 /run/rspamd /var/lib/rspamd
COPY cluster-config/compose/rspamd/local.d /etc/rspamd/local.d
USER _rspamd
EXPOSE 11333
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/bin/rspamd", "--no-fork", "--config", "/etc/rspamd/rspamd.conf"]

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
