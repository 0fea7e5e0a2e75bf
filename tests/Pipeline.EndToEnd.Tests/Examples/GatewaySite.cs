using System.Runtime.Versioning;
using Npgsql;
using Pipeline.Storage.TestKit;

namespace Pipeline.EndToEnd.Tests.Examples;

/// <summary>The example <c>large-gateway</c> with a database and files of its own, made of the sample data as its README says.</summary>
[UnsupportedOSPlatform("windows")]
internal static class GatewaySite
{
    private const string Zone = """
        {"stranger.example":{"MX":["10 mx.stranger.example"],"TXT":["v=spf1 ip4:198.51.100.1 ?ip4:198.51.100.2 ~all"]},"mx.stranger.example":{"A":["203.0.113.10"]},
         "strict.example":{"MX":["10 mx.stranger.example"],"TXT":["v=spf1 -all"]},
         "elsewhere.example":{"MX":["10 mx.elsewhere.example"]},"mx.elsewhere.example":{"A":["203.0.113.20"]},
         "newsletter.example":{"MX":["10 mx.elsewhere.example"]},
         "99.100.51.198.zen.dnsbl.example":{"A":["127.0.0.2"],"TXT":["a known sender of spam"]}}
        """;

    /// <param name="macros">Beside those that lead into the folder.</param>
    public static async Task<ExampleHost> CreateAsync(string macros = "")
    {
        var way = new NpgsqlConnectionStringBuilder(await SharedPostgres.CreateDatabaseAsync());
        var example = ExampleHost.FolderOf("large-gateway");
        await using (var source = NpgsqlDataSource.Create(way))
        {
            foreach (var script in (ReadOnlySpan<string>)["schema.sql", "sample.sql"])
            {
                RunScript(source, File.ReadAllText(Path.Combine(example, script)));
            }
        }

        var host = new ExampleHost(
            "large-gateway",
            $"""
            SPOOL = FOLDER/spool
            FILES = FOLDER/files
            QUARANTINE = FOLDER/quarantine
            TICKETS = FOLDER/take-ticket
            SCANNER = 127.0.0.1 1
            DATABASE = {way.Host}::{way.Port}/{way.Database}/{way.Username}/{way.Password}
            {macros}
            """,
            Zone);
        var (code, output) = await ForeignProgram.RunAsync(Path.Combine(example, "make-files"), [host.Folder.Of("files")]);
        Assert.True(code == 0, output);
        var ticket = host.Folder.Write("take-ticket", $"#!/bin/sh\n{{ echo \"$@\"; cat; }} > {host.Folder.Of("ticket")}\n");
        File.SetUnixFileMode(ticket, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return host;
    }

    private static void RunScript(NpgsqlDataSource source, string script)
    {
        using var command = source.CreateCommand(script);
        command.ExecuteNonQuery();
    }
}
