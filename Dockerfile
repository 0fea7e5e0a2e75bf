# Builds the node from the repository.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN dotnet publish src/Pipeline.Node -c Release -o /out

FROM mcr.microsoft.com/dotnet/aspnet:10.0
COPY --from=build /out /opt/mailpipeline
RUN useradd --system --home /var/spool/mailpipeline --create-home mailpipeline
USER mailpipeline
EXPOSE 2525
ENTRYPOINT ["/opt/mailpipeline/mailpipeline"]
CMD ["run", "-C", "/etc/mailpipeline/mailpipeline.conf", "--node", "/etc/mailpipeline/node.json"]
